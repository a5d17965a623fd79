public import Imaging

/// What is known about an explained image beside its maps, for the texts of its figure.
public struct FigureFacts: Sendable {
  /// The class that the model predicts.
  public var predicted: String?
  /// Its probability.
  public var probability: Double?
  /// The true class.
  public var truth: String?
  /// The true region, in original pixels.
  public var mask: (any ImageMask)?
  /// The boxes; nil: those of the explanation.
  public var boxes: [ClassBox]?
  /// The name of the method, such as "Layer-CAM".
  public var method: String?
  /// How maps are computed.
  public var options: MapOptions?

  /// Creates facts.
  ///
  /// - Parameters:
  ///   - explainer: Gives the method and how its maps are computed.
  ///   - predicted: The class that the model predicts. Default: that of the first map, if it is more probable than not.
  ///   - probability: The probability of that class.
  ///   - truth: The true class.
  ///   - mask: The true region, in original pixels.
  ///   - boxes: The boxes. Default: those of the explanation.
  public init(
    _ explainer: Explainer? = nil, predicted: String? = nil, probability: Double? = nil,
    truth: String? = nil, mask: (any ImageMask)? = nil, boxes: [ClassBox]? = nil
  ) {
    self.predicted = predicted
    self.probability = probability
    self.truth = truth
    self.mask = mask
    self.boxes = boxes
    method = explainer?.method.title
    options = explainer?.options
  }
}
