/// A value computed from the predictions for all validation items, in double precision.
///
///     let learner = Learner(model: model, train: batches, metrics: [.accuracy, .f1Score(), .rocAuc])
///     let chosen = try ["accuracy", "top_k_accuracy(k: 3)"].map(Metric.named)
///
/// Names are fastai's, which for most are scikit-learn's functions. Built-in metrics are NaN if a probability is NaN, if there
/// are no items, or if the targets are of another kind; a ratio 0/0 is 0 where scikit-learn takes it so.
public struct Metric: Sendable {
  /// The column of the table, and what trackers monitor; in snake case as in fastai.
  ///
  /// Arguments that differ from their defaults follow: "top_k_accuracy(k: 3)".
  public let name: String
  private let compute: @Sendable (Predictions) -> Double

  /// Creates a metric from a function of all predictions (`AccumMetric`).
  public init(_ name: String, _ compute: @escaping @Sendable (Predictions) -> Double) {
    self.name = name
    self.compute = compute
  }

  /// Computes the metric.
  public func value(_ predictions: Predictions) -> Double { compute(predictions) }

  // MARK: Kinds of targets

  /// A metric of one class per item: targets are class indices, with one column of probabilities per class.
  static func ofClasses(
    _ name: String, _ compute: @escaping @Sendable (Predictions) -> Double
  ) -> Metric {
    Metric(name) { given in
      guard given.count > 0, given.targets.count == given.count, !given.hasNaN else { return .nan }
      let p = given.columns(forClasses: 2)
      guard p.targets.allSatisfy((0..<p.classCount).contains) else { return .nan }
      return compute(p)
    }
  }

  /// A metric of targets with one value per output: labels that do not exclude each other, or numbers.
  static func ofValues(
    _ name: String, _ compute: @escaping @Sendable (Predictions) -> Double
  ) -> Metric {
    Metric(name) { p in
      guard p.count > 0, p.targetValues.count == p.count, !p.hasNaN,
        p.targetValues.allSatisfy({ $0.count == p.classCount && !$0.contains(where: \.isNaN) })
      else { return .nan }
      return compute(p)
    }
  }

  /// A name with the arguments that differ from their defaults.
  static func named(_ base: String, _ arguments: [(name: String, value: String?)]) -> String {
    let given = arguments.compactMap { argument in
      argument.value.map { "\(argument.name): \($0)" }
    }
    return given.isEmpty ? base : "\(base)(\(given.joined(separator: ", ")))"
  }

  /// A number as an argument in a name: "5", "0.95".
  static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }
}
