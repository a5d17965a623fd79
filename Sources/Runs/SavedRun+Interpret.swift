public import DataBlocks
import Files
import Foundation
import Imaging
public import Interpret
import Synchronization
import Tensors
import Training
import Vision

/// What came of explaining images.
public struct InterpretSummary: Sendable {
  /// The images that were explained.
  public var explained = 0
  /// The images that were not, with the reasons of the first ones.
  public var failed = 0
  /// The pages of the contact sheet.
  public var contactSheets: [String] = []
}

extension SavedModel {
  /// Computes maps and boxes of images, draws a figure of each, and lists them in `interpret.json`.
  ///
  /// Images are read, explained and drawn in small batches, and records are written as they come, so memory does not
  /// depend on the number of images. One that cannot be explained gets a record with the reason; the others are
  /// explained all the same.
  ///
  /// - Parameters:
  ///   - items: DICOM, PNG or JPEG files; labels become the true class in figures. A figure has the name of its file; it
  ///     replaces an earlier figure of the same file, but nothing else.
  ///   - folder: The folder to write to; created if it does not exist.
  ///   - settings: The maps, the boxes and the look of figures.
  ///   - masks: The true regions, drawn in figures and compared with the maps; nil: none.
  ///   - progress: Called with the number of images that are done, and of how many.
  ///   - each: Called with each record, in the order of the files; per frame, if the pipeline reads all frames.
  /// - Returns: The numbers of images, and the pages of the contact sheet.
  /// - Throws: `MapError` if the method, a layer or the class is unknown, `BoxRuleError` if a calibrated rule has no
  ///   threshold, `FileError` if the folder cannot be written, `SIIMMaskError`.
  @discardableResult
  public func interpret(
    _ items: [DataItem], to folder: String, settings: InterpretSettings = InterpretSettings(),
    masks: MaskComparison? = nil, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    each: (ExplanationRecord) throws -> Void = { _ in }
  ) throws -> InterpretSummary {
    let (explainer, choice) = try explainer(settings)
    let job = try InterpretJob(
      self, explainer, settings, boxes: settings.boxes ?? Self.boxOptions(choice), masks)
    try masks?.open(for: items.map(\.path))
    try createFolder(folder)
    let work = predictor.pipeline.itemsPerFrame(items)
    var output = InterpretOutput(
      folder: folder, inputs: items.map(\.path), settings, title: explainer.title)
    var summary = InterpretSummary()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(to: "\(folder)/interpret.json") { file in
      try file.write(contentsOf: Data("[".utf8))
      for start in stride(from: 0, to: work.count, by: InterpretJob.batchSize) {
        let batch = Array(work[start..<min(start + InterpretJob.batchSize, work.count)])
        for (item, result) in zip(batch, try job.results(of: batch)) {
          let record = try output.record(item, result)
          if record.error == nil { summary.explained += 1 } else { summary.failed += 1 }
          let isFirst = summary.explained + summary.failed == 1
          try file.write(contentsOf: Data((isFirst ? "" : ",").utf8) + encoder.encode(record))
          try each(record)
        }
        progress(min(start + batch.count, work.count), work.count)
      }
      try file.write(contentsOf: Data("]\n".utf8))
    }
    summary.contactSheets = try output.finish()
    return summary
  }

  /// Explains files and returns their records, for a few images.
  ///
  /// The parameters are those of `interpret(_:to:settings:masks:progress:each:)`.
  public func interpret(
    _ files: [String], to folder: String, settings: InterpretSettings = InterpretSettings(),
    masks: MaskComparison? = nil
  ) throws -> [ExplanationRecord] {
    var records: [ExplanationRecord] = []
    try interpret(
      files.map { DataItem(path: $0) }, to: folder, settings: settings, masks: masks,
      each: { records.append($0) })
    return records
  }

  /// Boxes by the threshold that was chosen with the maps; by the usual rule without a choice.
  private static func boxOptions(_ choice: ExplanationChoice?) -> BoxOptions {
    var options = BoxOptions()
    if let choice { options.rule = .calibrated(choice.chosen.threshold) }
    return options
  }
}
