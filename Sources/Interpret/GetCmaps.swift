public import DataBlocks
public import Layers
public import Training

// The two functions of fmi, under their names. The work is in `classActivationMaps` and `Explanation`.

/// One activation map per class, the most probable first: fmi's `get_cmaps`.
///
/// - Parameters:
///   - image: A film, prepared as for a prediction.
///   - model: From images to logits.
///   - layer: Where to look.
///   - vocab: The classes.
///   - sanity: Print the predicted class, the order of the classes and their probabilities.
/// - Returns: The maps, raw and signed.
/// - Throws: `MapError`.
public func getCmaps(
  _ image: PreparedImage, model: Module, layer: Module, vocab: [String], sanity: Bool = false
) throws(MapError) -> [ClassMap] {
  let explanation = try Explanation(of: image, model: model, layer: layer, classes: vocab)
  if sanity, let first = explanation.maps.first {
    print(first.className)
    print(explanation.maps.map(\.classIndex))
    print(explanation.maps.map { percent($0.probability) })
  }
  return explanation.maps
}

/// A box around the cell of highest activation of each class, in original pixels: fmi's `get_boxes`.
///
/// Classes that no cell speaks for have no box. See `getCmaps` for the parameters.
public func getBoxes(
  _ image: PreparedImage, model: Module, layer: Module, vocab: [String], sanity: Bool = false
) throws(MapError) -> [ClassBox] {
  _ = sanity ? try getCmaps(image, model: model, layer: layer, vocab: vocab, sanity: true) : []
  return try Explanation(of: image, model: model, layer: layer, classes: vocab).boxes
}

/// `getCmaps` of a file, with the classes and the preprocessing of a predictor.
///
/// - Throws: `DataError` naming the file, or `MapError`.
public func getCmaps(_ file: String, _ predictor: Predictor, layer: Module, sanity: Bool = false)
  throws -> [ClassMap]
{
  try getCmaps(
    predictor.prepare(file), model: predictor.model, layer: layer, vocab: predictor.vocab,
    sanity: sanity)
}

/// `getBoxes` of a file, with the classes and the preprocessing of a predictor.
///
/// - Throws: `DataError` naming the file, or `MapError`.
public func getBoxes(_ file: String, _ predictor: Predictor, layer: Module, sanity: Bool = false)
  throws -> [ClassBox]
{
  try getBoxes(
    predictor.prepare(file), model: predictor.model, layer: layer, vocab: predictor.vocab,
    sanity: sanity)
}
