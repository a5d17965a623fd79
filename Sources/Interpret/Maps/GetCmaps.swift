public import DataBlocks
public import Imaging
public import Layers
import Tensors
public import Training

/// One activation map per class, the most probable first: fmi's `get_cmaps`, by Grad-CAM at one layer.
///
///     let maps = try getCmaps("film.dcm", learn.predictor, layer: layer, sanity: true, showCmap: "film.png")
///
/// fmi shows pictures on the screen; here they are files.
///
/// - Parameters:
///   - file: A DICOM, PNG or JPEG file.
///   - predictor: The model, its pipeline and its vocabulary.
///   - layer: The layer whose activations are weighted.
///   - sanity: Print the predicted class, the order of the classes and their probabilities, and the classes whose map
///     shows nothing.
///   - showMaps: A PNG or JPEG file to draw the maps to (`show_maps`).
///   - showCmap: A PNG or JPEG file to draw the image to, with each map over what the model saw of it (`show_cmap`).
/// - Returns: The maps, raw and signed.
/// - Throws: `DataError` naming the file, `MapError`, or `ImageFileError` if a figure cannot be written.
@discardableResult
public func getCmaps(
  _ file: String, _ predictor: Predictor, layer: Module, sanity: Bool = false,
  showMaps: String? = nil, showCmap: String? = nil
) throws -> [ClassMap] {
  let explanation = try explained(file, predictor, layer, sanity: sanity, showMaps: showMaps)
  if let showCmap { try explanation.overlays.write(to: showCmap) }
  return explanation.maps
}

/// A box around the most active cell of each class, in original pixels: fmi's `get_boxes`.
///
/// Classes without a positive cell have no box. `Explanation.boxes(_:)` has other rules.
///
/// - Parameters:
///   - file: A DICOM, PNG or JPEG file.
///   - predictor: The model, its pipeline and its vocabulary.
///   - layer: The layer whose activations are weighted.
///   - sanity: Print the predicted class, the order of the classes and their probabilities, and the classes whose map
///     shows nothing.
///   - showMaps: A PNG or JPEG file to draw the maps to (`show_maps`).
///   - showImg: A PNG or JPEG file to draw the image to, once per class with its box (`show_img`).
///   - color: The color of the boxes.
/// - Returns: The boxes, the most probable class first.
/// - Throws: `DataError` naming the file, `MapError`, or `ImageFileError` if a figure cannot be written.
@discardableResult
public func getBoxes(
  _ file: String, _ predictor: Predictor, layer: Module, sanity: Bool = false,
  showMaps: String? = nil, showImg: String? = nil, color: Color = .white
) throws -> [ClassBox] {
  let explanation = try explained(file, predictor, layer, sanity: sanity, showMaps: showMaps)
  if let showImg { try explanation.boxed(color).write(to: showImg) }
  return explanation.boxes
}

private func explained(
  _ file: String, _ predictor: Predictor, _ layer: Module, sanity: Bool, showMaps: String?
) throws -> Explanation {
  let gradCAM = Explainer(
    predictor, GradCAM(), layers: [TappedLayer("layer", layer)], options: .fmi)
  let explanation = try gradCAM(predictor.prepare(file))
  if sanity { explanation.order.forEach { print($0) } }
  if let showMaps { try explanation.rawMaps.write(to: showMaps) }
  return explanation
}

// MARK: The look of fmi's pictures

extension Explanation {
  /// What `sanity` prints: the predicted class, the order of the classes, their probabilities, and the maps that show
  /// nothing.
  package var order: [String] {
    guard let first = maps.first else { return [] }
    return [
      first.className, "\(maps.map(\.classIndex))",
      "[" + maps.map { percent($0.probability) }.joined(separator: ", ") + "]",
    ]
      + maps.filter { $0.status != .evidence }.map { "\($0.className): \($0.status.words)" }
  }

  /// The raw maps, each in its own colors; a map that shows nothing is not drawn.
  package var rawMaps: Figure {
    panels { map in
      .map(
        ScalarImage(
          width: map.map.shape[1], height: map.map.shape[0], values: map.map.floatScalars),
        title: title(map))
    } nothing: { map in
      Figure.Panel(.empty, title: title(map))
    }
  }

  /// The image with each map over it; a map that shows nothing is not drawn over the image.
  package var overlays: Figure {
    panels { map in
      let cells = ScalarImage(
        width: map.map.shape[1], height: map.map.shape[0], values: map.map.floatScalars)
      return .image(
        image.overlaid(with: cells, colormap: .magma, alpha: 0.6, extent: extent),
        title: title(map))
    } nothing: {
      .image(image, title: title($0))
    }
  }

  /// The image once per class, with its box.
  package func boxed(_ color: Color) -> Figure {
    panels { map in
      .image(
        image, title: title(map), boxes: boxes(of: map, .fmi).map { $0.labeledBox(color: color) })
    } nothing: {
      .image(image, title: title($0))
    }
  }

  private func title(_ map: ClassMap) -> String {
    "\(map.className), \(percent(map.probability))"
      + (map.status == .evidence ? "" : ": \(map.status.words)")
  }

  /// Panels in rows of six, as fmi has them.
  private func panels(
    _ panel: (ClassMap) -> Figure.Panel, nothing: (ClassMap) -> Figure.Panel
  ) -> Figure {
    let all = maps.map { $0.status == .evidence ? panel($0) : nothing($0) }
    return Figure(
      rows: stride(from: 0, to: all.count, by: 6).map { Array(all[$0..<min($0 + 6, all.count)]) })
  }
}

extension ClassMap.Status {
  /// A description of the status.
  public var words: String {
    switch self {
    case .evidence: "evidence"
    case .noPositiveEvidence: "no positive evidence"
    case .notFinite: "the map contains NaN or infinity"
    }
  }
}
