public import DataBlocks
import Files
import Foundation
public import Imaging
public import Interpret
import Layers
import Tensors
import Training
import Vision

/// The classes that maps are wanted for.
public enum WantedClasses: Sendable, Equatable {
  /// All classes.
  case all
  /// The most probable class of each image.
  case predicted
  /// One class by its name.
  case named(String)
}

extension SavedRun {
  /// Computes maps and boxes of image files, draws a figure of each, and lists them in `interpret.json`.
  ///
  /// A file that cannot be explained gets a record with the reason; the others are explained all the same.
  ///
  /// - Parameters:
  ///   - files: DICOM, PNG or JPEG files. A figure has the name of its file; it replaces an earlier figure of the
  ///     same file, but nothing else.
  ///   - folder: The folder to write to; created if it does not exist.
  ///   - layer: The path of the layer, such as "layer4". Default: the last layer with rows and columns.
  ///   - classes: The classes that maps are wanted for.
  ///   - boxes: Whether boxes are drawn.
  ///   - color: The color of the boxes.
  ///   - masks: Counts boxes that meet true masks; nil: nothing is counted.
  /// - Returns: A record per file, in order; per frame, if the pipeline reads all frames of a file.
  /// - Throws: `MapError` if the layer or the class is unknown, `FileError` if the folder cannot be written.
  public func interpret(
    _ files: [String], to folder: String, layer: String? = nil, classes: WantedClasses = .all,
    boxes: Bool = true, color: Color = .white, masks: MaskComparison? = nil
  ) throws -> [ExplanationRecord] {
    let layerPath = layer ?? visionModel.lastSpatialLayerPath
    guard let module = layer == nil ? visionModel.lastSpatialLayer : visionModel.layer(layerPath)
    else {
      throw MapError(.unknownLayer(layerPath, known: Array(visionModel.layerPaths.prefix(12))))
    }
    let named: Int? = if case .named(let name) = classes { try index(of: name) } else { nil }
    // The masks' class is measured whether or not it is drawn.
    let measured = try masks.map { [try index(of: $0.className)] } ?? []
    try masks?.open()
    try createFolder(folder)
    let method = Explainer(
      predictor, GradCAM(), layers: [TappedLayer(layerPath, module)], options: .fmi)
    let items = predictor.pipeline.itemsPerFrame(files.map { DataItem(path: $0) })
    var look = FigureOptions()
    look.showsBoxes = boxes
    look.boxColor = color
    var figures = FigureFiles(folder: folder, inputs: files)
    var records: [ExplanationRecord] = []
    for item in items {
      do {
        let image = try predictor.prepare(item.path, frame: item.frame)
        let answer = predictor.predict(image)
        let wanted: [Int]? =
          switch classes {
          case .all: nil
          case .predicted: [answer.index]
          case .named: named.map { [$0] }
          }
        let whole = try method(image, classes: wanted.map { Array(Set($0 + measured)) })
        try masks?.add(whole, file: item.path)
        let explanation = wanted.map { whole.keeping($0) } ?? whole
        let figure = try figures.write(
          explanation.figure(
            title: FigureFiles.title(of: item),
            facts: FigureFacts(
              method, predicted: answer.label, probability: answer.probabilities[answer.index]),
            options: look), of: item)
        records.append(
          ExplanationRecord(
            item, figure: figure, predicted: answer.label, explanation))
      } catch let error as DataError {
        records.append(ExplanationRecord(item, error: error))
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      try encoder.encode(records) + Data("\n".utf8), to: "\(folder)/interpret.json")
    return records
  }

  private func index(of className: String) throws(MapError) -> Int {
    guard let index = predictor.vocab.firstIndex(of: className) else {
      throw MapError(.unknownClass(className, known: predictor.vocab))
    }
    return index
  }
}
