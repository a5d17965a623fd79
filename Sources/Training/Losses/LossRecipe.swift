/// Which built-in loss a `LossFunction` is, with its arguments, so that a file of a model can hold it.
package struct LossRecipe: Sendable, Equatable, Codable {
  /// The built-in losses.
  package enum Name: String, Sendable, Codable, CaseIterable {
    case crossEntropy = "cross_entropy"
    case labelSmoothingCrossEntropy = "label_smoothing_cross_entropy"
    case focal
    case bceWithLogits = "bce_with_logits"
    case mse
    case l1
    case smoothL1 = "smooth_l1"

    /// Whether targets are one class per item.
    package var isOneClass: Bool {
      switch self {
      case .crossEntropy, .labelSmoothingCrossEntropy, .focal: true
      case .bceWithLogits, .mse, .l1, .smoothL1: false
      }
    }
  }

  package let name: Name
  /// One weight per output.
  package var weights: [Float]?
  /// One weight per output for positive targets.
  package var positiveWeights: [Float]?
  package var labelSmoothing: Double?
  package var ignoreIndex: Int?
  package var gamma: Double?
  package var threshold: Float?
  package var beta: Float?

  init(_ name: Name) { self.name = name }

  private enum CodingKeys: String, CodingKey {
    case name, weights, gamma, threshold, beta
    case positiveWeights = "positive_weights"
    case labelSmoothing = "label_smoothing"
    case ignoreIndex = "ignore_index"
  }

  /// What is wrong with an argument, for a model of so many outputs; nil if nothing is.
  package func fault(outputs: Int) -> (field: String, problem: String)? {
    for (field, values) in [("weights", weights), ("positive_weights", positiveWeights)] {
      guard let values else { continue }
      guard values.count == outputs else {
        return (field, "there are \(values.count), but must be \(outputs), one per output")
      }
      guard values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        return (field, "they must be 0 or more")
      }
    }
    let ranges: [(String, Double?, ClosedRange<Double>)] = [
      ("label_smoothing", labelSmoothing, 0...1), ("gamma", gamma, 0...1e6),
      ("threshold", threshold.map(Double.init), 0...1),
      ("beta", beta.map(Double.init), Double(Float.leastNormalMagnitude)...1e30),
    ]
    for (field, value, range) in ranges {
      if let value, !range.contains(value) {
        return (
          field, "it is \(value), but must be within \(range.lowerBound) to \(range.upperBound)"
        )
      }
    }
    return nil
  }

  /// The loss.
  package var lossFunction: LossFunction {
    switch name {
    case .crossEntropy:
      .crossEntropy(
        weights: weights, labelSmoothing: labelSmoothing ?? 0, ignoreIndex: ignoreIndex ?? -100)
    case .labelSmoothingCrossEntropy:
      .labelSmoothingCrossEntropy(epsilon: labelSmoothing ?? 0.1, weights: weights)
    case .focal: .focal(gamma: gamma ?? 2, weights: weights)
    case .bceWithLogits:
      .bceWithLogits(
        threshold: threshold ?? 0.5, positiveWeights: positiveWeights, weights: weights)
    case .mse: .mse()
    case .l1: .l1()
    case .smoothL1: .smoothL1(beta: beta ?? 1)
    }
  }

  /// The activation that makes outputs probabilities, for readers of a file.
  package var activation: String {
    switch name {
    case .crossEntropy, .labelSmoothingCrossEntropy, .focal: "softmax"
    case .bceWithLogits: "sigmoid"
    case .mse, .l1, .smoothL1: "identity"
    }
  }

  /// How probabilities become an answer, for readers of a file.
  package var decoding: String {
    switch name {
    case .crossEntropy, .labelSmoothingCrossEntropy, .focal: "argmax"
    case .bceWithLogits: "threshold"
    case .mse, .l1, .smoothL1: "identity"
    }
  }
}

extension LossFunction {
  /// The same loss with the arguments it was made with.
  func made(by name: LossRecipe.Name, _ arguments: (inout LossRecipe) -> Void = { _ in })
    -> LossFunction
  {
    var loss = self
    var recipe = LossRecipe(name)
    arguments(&recipe)
    loss.recipe = recipe
    return loss
  }
}
