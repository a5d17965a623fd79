import DataBlocks
import Files
import Foundation
import Imaging
public import Interpret
import Training

extension RunReport {
  /// Writes `roc.png`, `precision-recall.png`, `reliability.png`, `confusion-matrix.png`, `top-losses.png`,
  /// `report.txt` and `report.json`.
  ///
  /// Existing files of these names are replaced.
  ///
  /// - Parameters:
  ///   - folder: The folder; created if it does not exist.
  ///   - losses: The number of images in `top-losses.png`.
  /// - Returns: The paths of the files.
  /// - Throws: `FileError` or `ImageFileError` if a file cannot be written, `DataError` if an image cannot be read again.
  @discardableResult
  public func write(to folder: String, losses: Int = 9) throws -> [String] {
    var paths = try writeFigures(to: folder)
    let worst = "\(folder)/top-losses.png"
    try topLosses(losses).write(to: worst)
    paths.append(worst)
    try AtomicFile.write(description + "\n", to: "\(folder)/report.txt")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      try encoder.encode(self) + Data("\n".utf8), to: "\(folder)/report.json")
    return paths + ["\(folder)/report.txt", "\(folder)/report.json"]
  }

  /// Writes `roc.png`, `precision-recall.png`, `reliability.png` and `confusion-matrix.png`.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: `FileError` or `ImageFileError` if a file cannot be written.
  func writeFigures(to folder: String) throws -> [String] {
    try createFolder(folder)
    return try [
      ("roc", interpretation.plotROC()),
      ("precision-recall", interpretation.plotPrecisionRecall()),
      ("reliability", interpretation.plotReliability()),
      ("confusion-matrix", interpretation.plotConfusionMatrices()),
    ].map { name, figure in
      let path = "\(folder)/\(name).png"
      try figure.write(to: path)
      return path
    }
  }

  /// The images with the largest losses, with maps if the network has layers to map.
  private func topLosses(_ count: Int) throws -> Figure {
    try interpretation.plotTopLosses(count, explainer: explainer)
  }

  /// The default method; nil if the network has no layer with rows and columns.
  private var explainer: Explainer? {
    guard let predictor = interpretation.predictor else { return nil }
    let size = predictor.pipeline.inputSize
    let layers = TappedLayer.stages(
      of: predictor.model,
      input: [1, predictor.pipeline.inputChannels, size.height, size.width]
    ).suffix(3)
    return layers.isEmpty ? nil : Explainer(predictor, layers: Array(layers))
  }

  /// Looks for shortcuts in the maps of all images that were evaluated.
  ///
  /// - Parameter progress: Called after each image with the number done and the number of all.
  /// - Returns: The check; nil if the network has no layer with rows and columns.
  /// - Throws: `DataError` if an image cannot be read again, `MapError` if the method does not fit the model.
  public func shortcutCheck(progress: (Int, Int) -> Void = { _, _ in }) throws -> ShortcutCheck? {
    guard let predictor = interpretation.predictor, let explainer else { return nil }
    var check = ShortcutCheck(explainer)
    for (done, index) in predictions.itemIndices.enumerated() {
      try check.add(predictor.prepare(items[index].path, frame: items[index].frame))
      progress(done + 1, predictions.count)
    }
    return check
  }
}
