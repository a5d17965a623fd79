import DataBlocks
import Datasets
import Foundation
import Imaging
import Logbook
import Runs
import Testing

@Suite("Runs with measured statistics and other intensities")
struct ImageStatisticsRunTests {
  private func plan(_ work: borrowing Workspace) throws -> TrainingPlan {
    try SyntheticSIIM(count: 16, size: 64, seed: 3, threads: 2).write(to: work.file("films"))
    var plan = TrainingPlan(
      table: LabelTable(work.file("films/labels.csv"), folder: work.file("films")), imageSize: 32)
    plan.epochs = 1
    plan.batchSize = 4
    plan.architecture = "resnet20"
    return plan
  }

  @Test("the measured numbers are in the run, and continuing it measures nothing else")
  func measured() throws {
    let work = try Workspace()
    var plan = try plan(work)
    plan.image.statistics = .measured
    let result = try plan.quietRun(in: work.file("run"))
    let stored = try result.folder.settings(as: RunDescription.self).plan
    let mean = try #require(stored.image.mean)
    let deviation = try #require(stored.image.standardDeviation)
    #expect(mean.count == 3 && Set(mean).count == 1 && mean[0] > 0.05 && mean[0] < 0.95)
    #expect(deviation.allSatisfy { $0 > 0.01 && $0 < 0.6 })
    let run = try SavedRun(work.file("run"))
    #expect(run.description.plan.pipeline == stored.pipeline)
    // The saved file states the numbers, and what they are from.
    let text = try String(contentsOfFile: work.file("run/run.toml"), encoding: .utf8)
    #expect(text.contains("statistics = \"measured\"") && text.contains("mean = ["))
    // Another run of the plan measures the same.
    let again = try plan.quietRun(in: work.file("again"))
    #expect(
      try again.folder.settings(as: RunDescription.self).plan.image.mean == stored.image.mean)
  }

  @Test("a crop that cuts much off is said once, with the share; padding cuts nothing off")
  func crop() throws {
    let work = try Workspace()
    var plan = try plan(work)
    plan.image.size = ImageSize(height: 32, width: 24)
    var warnings: [String] = []
    _ = try plan.quietRun(in: work.file("crop")) {
      if case .warning(let warning) = $0 { warnings.append("\(warning)") }
    }
    let said = warnings.filter { $0.hasPrefix("the crop to 32 x 24 cuts more than a tenth off ") }
    #expect(said.count == 1 && said[0].contains("16 of 16 films (100 %)"), "\(warnings)")
    plan.image.method = .pad
    warnings = []
    _ = try plan.quietRun(in: work.file("pad")) {
      if case .warning(let warning) = $0 { warnings.append("\(warning)") }
    }
    #expect(!warnings.contains { $0.contains("crop") })
  }

  @Test("three windows as channels train; the run records them")
  func channels() throws {
    let work = try Workspace()
    var plan = try plan(work)
    plan.image.intensity = try DICOMIntensity("minmax+percentile+hist_scaled")
    let result = try plan.quietRun(in: work.file("run"))
    let stored = try result.folder.settings(as: RunDescription.self).plan
    #expect(stored.image.intensity == plan.image.intensity && stored.pipeline == plan.pipeline)
  }
}
