public import DataBlocks
public import Imaging
public import Layers
import Tensors

/// What can be shown of one prediction: the film, a map per class, a box per class.
public struct Explanation: Sendable {
  /// The film as the file has it.
  public let film: PixelBuffer
  /// Maps in order of falling probability.
  public let maps: [ClassMap]
  /// Where the model's input lies in the film.
  public let geometry: ImageGeometry
  /// Rows and columns of the model's input.
  public let inputSize: (height: Int, width: Int)

  /// Explains one image.
  ///
  /// - Parameters:
  ///   - image: Prepared as for a prediction.
  ///   - model: From images to logits.
  ///   - layer: Where to look.
  ///   - classes: The classes' names.
  ///   - only: Classes wanted, by number; nil: all.
  /// - Throws: `MapError`.
  public init(
    of image: PreparedImage, model: Module, layer: Module, classes: [String], only: [Int]? = nil
  ) throws(MapError) {
    maps = try classActivationMaps(
      model: model, layer: layer, input: image.input, classes: classes, only: only)
    film = image.original
    geometry = image.geometry
    inputSize = (image.input.shape[2], image.input.shape[3])
  }

  /// A box per class that some cell speaks for.
  public var boxes: [ClassBox] {
    maps.compactMap {
      $0.peakBox(inputSize: inputSize, geometry: geometry, original: (film.height, film.width))
    }
  }

  /// The part of the film that the model saw, in film pixels.
  public var extent: BoundingBox {
    geometry.source(BoundingBox(width: inputSize.width, height: inputSize.height))
  }

  /// A figure: the film, then for each class its map and the map over the film, with boxes if asked.
  ///
  /// A map that speaks nowhere for its class is not laid over the film: it says so instead.
  public func figure(
    title: String, boxes drawsBoxes: Bool = true, color: Color = .white, layerName: String = ""
  ) -> Figure {
    let boxes = Dictionary(self.boxes.map { ($0.className, $0) }, uniquingKeysWith: { a, _ in a })
    var rows: [[Figure.Panel]] = []
    for (number, map) in maps.enumerated() {
      let values = ScalarImage(
        width: map.map.shape[1], height: map.map.shape[0], values: map.map.floatScalars)
      let name = "\(map.className), p = \(percent(map.probability))"
      let first: Figure.Panel =
        number == 0 ? .image(film, title: "film", boxes: []) : Figure.Panel(.empty)
      let raw = Figure.Panel.map(
        values,
        style: Figure.MapStyle(
          colormap: .viridis, interpolation: .nearest, showsColorBar: true,
          words: ("against", "for")),
        title: "\(name): raw map, \(values.height) x \(values.width) cells")
      let over: Figure.Panel
      if map.status == .evidence {
        over = .image(
          film.overlaid(with: values, colormap: .magma, alpha: 0.6, extent: extent), title: name,
          boxes: drawsBoxes ? boxes[map.className].map { [$0.labeledBox(color: color)] } ?? [] : [])
      } else {
        over = .image(
          film,
          title: map.status == .notFinite
            ? "\(name): the map holds numbers that are none"
            : "\(name): no cell speaks for this class")
      }
      rows.append([first, raw, over])
    }
    return Figure(
      rows: rows, title: title,
      captions: [
        "Grad-CAM" + (layerName.isEmpty ? "" : " at \(layerName)")
          + ", raw and signed; colors run from each map's own lowest to its highest value.",
        "A map shows what the model used, not where a disease is; one cell is the finest it can tell.",
      ])
  }
}

/// A probability as people read it.
func percent(_ probability: Double) -> String {
  let tenths = Int((probability * 1000).rounded())
  return "\(tenths / 10).\(tenths % 10) %"
}
