public import DataBlocks
public import Layers
public import Training

/// One activation map per class, the most probable first: fmi's `get_cmaps`, by Grad-CAM at one layer.
///
/// - Parameters:
///   - file: A DICOM, PNG or JPEG file.
///   - predictor: The model, its pipeline and its vocabulary.
///   - layer: The layer whose activations are weighted.
///   - sanity: Print the predicted class, the order of the classes and their probabilities.
/// - Returns: The maps, raw and signed.
/// - Throws: `DataError` naming the file, or `MapError`.
public func getCmaps(
  _ file: String, _ predictor: Predictor, layer: Module, sanity: Bool = false
) throws -> [ClassMap] {
  let explanation = try gradCAM(predictor, layer)(predictor.prepare(file))
  if sanity { explanation.printOrder() }
  return explanation.maps
}

/// A box around the most active cell of each class, in original pixels: fmi's `get_boxes`.
///
/// Classes without a positive cell have no box. The parameters are those of `getCmaps`.
public func getBoxes(
  _ file: String, _ predictor: Predictor, layer: Module, sanity: Bool = false
) throws -> [ClassBox] {
  let explanation = try gradCAM(predictor, layer)(predictor.prepare(file))
  if sanity { explanation.printOrder() }
  return explanation.boxes
}

private func gradCAM(_ predictor: Predictor, _ layer: Module) -> Explainer {
  Explainer(predictor, GradCAM(), layers: [TappedLayer("layer", layer)], options: .fmi)
}

extension Explanation {
  fileprivate func printOrder() {
    guard let first = maps.first else { return }
    print(first.className)
    print(maps.map(\.classIndex))
    print(maps.map { percent($0.probability) })
  }
}
