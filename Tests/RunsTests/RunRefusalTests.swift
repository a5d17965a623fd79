import DataBlocks
import Files
import Foundation
import Logbook
import Runs
import Settings
import Tensors
import Testing
import Training

@Suite("Runs that would give nothing, or lose something, say so")
struct RunRefusalTests {
  @Test("a fit with fewer images than an accumulated step is refused")
  func accumulation() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table(train: 8))
    plan.callbacks = [.gradientAccumulation(itemsPerStep: 9)]
    let error = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(error?.description.contains("callbacks.gradient_accumulation.n_acc is 9") == true)
    #expect(error?.description.contains("at most 8, the images of train.epochs = 1") == true)
    #expect(!work.exists("run"))
    plan.callbacks = [.gradientAccumulation(itemsPerStep: 8)]
    try plan.quietRun(in: work.file("run"))
    plan.callbacks = [.gradientAccumulation(itemsPerStep: 9)]
    plan.epochs = 2
    try plan.quietRun(in: work.file("longer"))
  }

  @Test("a run that skips all batches fails")
  func allSkipped() throws {
    let work = try Workspace()
    final class Corruption: Callback {
      let order = 0
      func beforeBatch(_ learner: Learner) throws {
        guard learner.isTraining, let batch = learner.batch else { return }
        learner.batch?.inputs = batch.inputs * Float.nan
      }
    }
    var plan = work.plan(try work.table(train: 8))
    plan.onBadGradient = .skip
    plan.epochs = 2
    let error = #expect(throws: PlanError.self) {
      try plan.quietRun(in: work.file("run"), callbacks: [Corruption()])
    }
    #expect(error?.reason == .allSkipped(4))
    #expect(error?.remedy?.contains("lower learning rate") == true)
    #expect(try RunSummary(work.file("run")).status == "failed")
  }

  @Test("a folder of several runs is named as such")
  func severalRuns() throws {
    let work = try Workspace()
    try work.plan(try work.table()).quietRun(in: work.file("cv/fold0"))
    let error = #expect(throws: RunError.self) { try TrainingPlan.resume(work.file("cv")) }
    #expect(error?.reason == .severalRuns(first: "fold0"))
    #expect(error?.remedy?.contains("\(work.file("cv"))/fold0") == true)
  }

  /// A run of 6 steps that was interrupted after the fourth.
  private func interrupted(_ work: Workspace) throws -> TrainingPlan {
    var plan = work.plan(try work.table(train: 8))
    plan.epochs = 3
    let cancellation = CancelFitCallback()
    final class Stop: Callback {
      let order = 50
      let cancellation: CancelFitCallback
      init(_ cancellation: CancelFitCallback) { self.cancellation = cancellation }
      func afterBatch(_ learner: Learner) throws {
        if learner.isTraining, learner.totalSteps == 3 { cancellation.cancel("test") }
      }
    }
    #expect(throws: PlanError.self) {
      try plan.run(
        in: work.file("run"), callbacks: [Stop(cancellation)], cancellation: cancellation,
        report: { _ in })
    }
    return plan
  }

  @Test("a state that is cut off is refused with the way on, and nothing is removed")
  func damagedState() throws {
    let work = try Workspace()
    _ = try interrupted(work)
    let path = work.file("run/state.safetensors")
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    for length in [0, 7, 100, size / 2, size - 1] {
      #expect(truncate(path, length) == 0)
      let error = #expect(throws: (any Error).self) {
        _ = try TrainingPlan.resume(work.file("run"), report: { _ in })
      }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains(path) && message.contains("lightbox train --from"), "\(message)")
    }
    #expect(work.exists("run/checkpoints/best.safetensors") && work.exists("run/metrics.sqlite"))
  }

  @Test("a state of which one bit has changed is refused")
  func changedBit() throws {
    let work = try Workspace()
    _ = try interrupted(work)
    let url = URL(fileURLWithPath: work.file("run/state.safetensors"))
    let bytes = try Data(contentsOf: url)
    for place in [bytes.count - 1, bytes.count / 2] {
      var changed = bytes
      changed[place] ^= 1
      try changed.write(to: url)
      let error = #expect(throws: RunError.self) {
        _ = try TrainingPlan.resume(work.file("run"), report: { _ in })
      }
      #expect(error?.problem == "the values are not those that were written", "\(place)")
    }
    try bytes.write(to: url)
    _ = try TrainingPlan.resume(work.file("run"), report: { _ in })
  }

  @Test("a database that was removed is reported when the run continues")
  func missingDatabase() throws {
    let work = try Workspace()
    _ = try interrupted(work)
    for name in ["metrics.sqlite", "metrics.sqlite-wal", "metrics.sqlite-shm"] {
      try? FileManager.default.removeItem(atPath: work.file("run/\(name)"))
    }
    var events: [RunEvent] = []
    _ = try TrainingPlan.resume(
      work.file("run"), report: { _ in }, notify: { events.append($0) })
    let lost = "metrics.sqlite was removed: the metrics of the first epoch are lost"
    #expect(events.contains(.advice(lost)))
    #expect(try RunSummary(work.file("run")).status == "finished")
  }

  @Test("a sweep's file is no plan of one run")
  func sweepFile() throws {
    let work = try Workspace()
    _ = try work.table()
    try work.write(
      "[data]\nimages = \".\"\n[sweep.values]\n\"optimizer.lr\" = [1e-3, 1e-2]\n", to: "a.toml")
    let error = #expect(throws: SettingsError.self) {
      try TrainingPlan(contentsOf: work.file("a.toml"))
    }
    #expect(error?.problems.count == 1)
    #expect(error?.description.contains("use \"lightbox sweep plan\"") == true)
  }

  @Test("a run of a fold is evaluated on its own parts, and on the test images of the table")
  func foldParts() throws {
    let work = try Workspace()
    let table = try work.writeTable(
      ["label", "split", "patient"],
      (0..<24).map { [$0 % 2 == 0 ? "a" : "b", $0 < 18 ? "train" : "test", "p\($0 / 2)"] })
    var plan = work.plan(table)
    plan.data.folds = 3
    plan.data.fold = 1
    try plan.quietRun(in: work.file("fold1"))
    let run = try SavedRun(work.file("fold1"))
    let content = try table.read()
    let valid = try run.select(content, split: "valid")
    #expect(valid.items.count == run.description.data.valid && valid.items.count > 0)
    let own = try run.ownItems(split: "valid").items.map(\.path)
    #expect(Set(valid.items.map(\.path)) == Set(own))
    #expect(try run.select(content, split: "train").items.count == 18 - valid.items.count)
    let test = try run.select(content)
    #expect(test.name == "test" && test.items.count == 6)
  }

  @Test("a run of a relative table is calibrated from another folder")
  func otherFolder() throws {
    let work = try Workspace()
    try work.plan(try work.table(train: 8, valid: 6)).quietRun(in: work.file("run"))
    // As if it had been trained in another folder, by a relative path.
    let json = try work.text("run/run.json")
    let moved = json.replacing(work.path, with: "elsewhere")
    #expect(moved != json)
    try work.write(moved, to: "run/run.json")
    #expect(try SavedRun(work.file("run")).ownItems(split: "valid").items.count == 6)
  }
}
