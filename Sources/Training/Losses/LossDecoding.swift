/// How a loss's probabilities become an answer: the `decodes` of fastai's losses.
public enum LossDecoding: Sendable {
  /// The class of the highest probability, the first of equal ones: one class per item.
  case argmax
  /// A rule of your own for one class per item: from the probabilities of an item to the index of its class.
  case classIndex(@Sendable (_ probabilities: [Float]) -> Int)
  /// Each output is a label of its own, present if its probability is above the threshold (`thresh`).
  case threshold(Float)
  /// The outputs are the answer: regression.
  case identity

  /// Whether an item has one class, so that it has an index and counts in a confusion matrix.
  package var isOneClass: Bool {
    switch self {
    case .argmax, .classIndex: true
    case .threshold, .identity: false
    }
  }
}
