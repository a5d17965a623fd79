import DataBlocks
import Training

/// Labels that do not exclude each other, as text in figures and records.
struct SeveralLabels: Sendable {
  private let block: MultiCategoryBlock
  private let threshold: Float

  /// nil: the predictor's images have one class.
  init?(_ predictor: Predictor) {
    guard let block = predictor.target as? MultiCategoryBlock else { return nil }
    self.block = block
    threshold =
      if case .threshold(let own) = predictor.lossFunction.decoding { own } else { 0.5 }
  }

  /// The labels whose probability is above the threshold, as `predict` writes them.
  func present(_ probabilities: [Double], _ vocab: [String]) -> String {
    Self.text(zip(vocab, probabilities).filter { Float($0.1) > threshold }.map(\.0))
  }

  /// The labels of an item; nil if one of them is not known.
  func known(_ label: String, _ vocab: [String]) -> String? {
    let labels = block.labels(label)
    return labels.allSatisfy(vocab.contains) ? Self.text(labels) : nil
  }

  private static func text(_ labels: [String]) -> String {
    labels.isEmpty ? "none" : labels.joined(separator: ";")
  }
}
