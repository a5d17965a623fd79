import DataBlocks
import Files
import Imaging
import Interpret
import Logbook
import Training

extension SavedModel {
  /// Fewer training masks than this say little; the other images' are taken instead.
  private static var fewestMasks: Int { 10 }
  /// The most training masks that are read.
  private static var mostMasks: Int { 400 }

  /// The mean mask of the training images in the frame of the model's input, else of the measured images.
  ///
  /// - Returns: nil if there is no mask to take the mean of.
  func meanMask(
    _ table: MaskTable, without measured: [DataItem],
    _ progress: (String, Int, Int) -> Void
  ) throws -> MeanMaskBaseline? {
    let used = Set(measured.map(\.path))
    let training = trainingItems().filter {
      !used.contains($0.path) && table.hasRegion($0.path) && FileName.exists($0.path)
    }
    // Evenly spread over all of them.
    let count = min(training.count, Self.mostMasks)
    let chosen = (0..<count).map { training[$0 * training.count / count] }
    if chosen.count >= Self.fewestMasks {
      let mean = try mean(chosen, table, progress)
      if mean.count >= Self.fewestMasks {
        return MeanMaskBaseline(
          mean: mean, source: "\(mean.count) training masks", leavesOut: false)
      }
    }
    let mean = try mean(measured, table, progress)
    guard mean.count > 1 else { return nil }
    return MeanMaskBaseline(
      mean: mean, source: "the masks of the other \(mean.count - 1) images", leavesOut: true)
  }

  private func mean(
    _ items: [DataItem], _ table: MaskTable, _ progress: (String, Int, Int) -> Void
  ) throws -> MeanMask {
    var mean = MeanMask(predictor.pipeline.inputSize)
    for (number, item) in items.enumerated() {
      defer { progress("masks", number + 1, items.count) }
      // A file that cannot be read is reported where it is measured.
      guard let image = try? predictor.prepare(item.path, frame: item.frame),
        let mask = try table.pixels(of: image, file: item.path), mask.area > 0
      else { continue }
      mean.add(mask)
    }
    return mean
  }

  /// The items that the run was trained on, as far as it or its table says so.
  private func trainingItems() -> [DataItem] {
    guard let run else { return [] }
    if let record = try? SplitRecord(of: run.folder.path) {
      return record.entries.filter { $0.split == .train }.map { DataItem(path: $0.path) }
    }
    let items = (try? run.description.plan.table.read(checkingFiles: false))?.items ?? []
    return items.filter { $0.split == .train }
  }
}
