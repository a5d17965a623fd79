package import DataBlocks
package import Imaging
package import Tensors

/// How well a map says what the model uses, without a mask.
///
/// Scores are probabilities of the class.
public struct ModelScore: Sendable, Equatable, Codable {
  /// The area under the deletion curve; lower is better.
  public let deletion: Double
  /// The area under the insertion curve; higher is better.
  public let insertion: Double
  /// ROAD, most and least relevant first combined; higher is better.
  public let road: Double?
  /// The relative fall of the score when the input is multiplied by the map (Chattopadhay et al., arXiv:1710.11063);
  /// lower is better.
  ///
  ///     max(0, score − score of input · map) / score
  public let averageDrop: Double
  /// Whether the score rises when the input is multiplied by the map.
  public let isIncreased: Bool
}

/// The measures of maps against the model, for one image.
///
/// The scores of the image itself, of the blank one and of the blurred one are computed once for all its maps.
package struct ModelMeasures {
  /// Scores along a curve, beside its ends.
  package static let steps = 10

  private let explainer: Explainer
  private let classIndex: Int
  private let input: Tensor
  private let blank: Tensor
  private let blurred: Tensor
  private let road: ROAD
  /// Of the image, the blank one, and the blurred one.
  private let ends: [Double]

  /// Prepares the measures of an image.
  package init(
    _ explainer: Explainer, of classIndex: Int, _ image: PreparedImage, road: ROAD = ROAD()
  ) {
    self.explainer = explainer
    self.classIndex = classIndex
    self.road = road
    input = image.input.detached.converted(to: .float32)
    blank = Tensor.zeros(input.shape)
    blurred = PerturbationCurve.blurred(input)
    ends = explainer.probabilities(
      of: classIndex, Tensor.concatenated([input, blank, blurred], axis: 0))
  }

  /// Measures a map on the pixels of the input.
  package func score(_ map: ScalarImage, seed: UInt64 = 1) -> ModelScore {
    let order = PixelOrder.falling(map.values)
    let perStep = max(1, (order.count + Self.steps - 1) / Self.steps)
    let deletion = PerturbationCurve(
      explainer, of: classIndex, from: input, to: blank, order: order, pixelsPerStep: perStep,
      ends: (ends[0], ends[1]))
    let insertion = PerturbationCurve(
      explainer, of: classIndex, from: blurred, to: input, order: order, pixelsPerStep: perStep,
      ends: (ends[2], ends[0]))
    let removed = road.scores(
      map, order: order, input: input, explainer, of: classIndex, seed: seed)
    let masked = Self.masked(explainer, of: classIndex, input, map)
    return ModelScore(
      deletion: deletion.area, insertion: insertion.area, road: removed.combined,
      averageDrop: ends[0] > 0 ? max(0, ends[0] - masked) / ends[0] : 0,
      isIncreased: masked > ends[0])
  }

  /// The probability of a class for an input times its map, scaled to 0...1.
  package static func masked(
    _ explainer: Explainer, of classIndex: Int, _ input: Tensor, _ map: ScalarImage
  ) -> Double {
    let weights = map.unit.values
    return explainer.probabilities(of: classIndex, count: 1, copiesOf: input) { _, values in
      for place in values.indices { values[place] *= weights[place % weights.count] }
    }[0]
  }
}
