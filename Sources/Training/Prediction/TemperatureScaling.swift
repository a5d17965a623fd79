import Foundation

/// A temperature that makes probabilities honest: outputs are divided by it before the activation.
///
/// The order of the classes stays. Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
public enum TemperatureScaling {
  /// The temperatures that are considered.
  package static let range = 0.01...100.0

  /// The temperature that minimizes the negative log-likelihood of the true classes.
  ///
  /// Its derivative by the inverse temperature is monotone, so that bisection finds the minimum. Where it lies beyond
  /// 0.01 or 100, as for a perfect order, the end is returned.
  ///
  /// - Parameters:
  ///   - logits: One row per item: an output per class, or one for the second of two classes.
  ///   - targets: The true class of each item.
  /// - Returns: The temperature; 1 if the outputs do not depend on it; nil without items or if an output is not finite.
  /// - Precondition: There is one target per row.
  public static func fit(logits: [[Float]], targets: [Int]) -> Double? {
    precondition(
      logits.count == targets.count, "\(logits.count) rows of logits, \(targets.count) targets")
    return fit(
      zip(logits, targets).map { row, target in
        (row.count == 1 ? [0] : []) + row.map(Double.init)
      }, targets)
  }

  /// The temperature of labels that do not exclude each other, by binary log-likelihood.
  ///
  /// - Parameters:
  ///   - logits: One row per item, with an output per label.
  ///   - targets: Whether each item has each label: 1 or 0.
  /// - Returns: The temperature; nil without items or if an output is not finite.
  /// - Precondition: Both have the same shape.
  public static func fit(logits: [[Float]], targets: [[Float]]) -> Double? {
    precondition(
      logits.map(\.count) == targets.map(\.count), "logits and targets have different shapes")
    return fit(
      logits.flatMap { $0.map { [0, Double($0)] } },
      targets.flatMap { $0.map { $0 > 0.5 ? 1 : 0 } })
  }

  /// The temperature for predictions of labeled items; nil if there are no labels.
  public static func fit(_ predictions: Predictions) -> Double? {
    if case .identity = predictions.lossFunction.decoding { return nil }
    if !predictions.targetValues.isEmpty {
      return fit(logits: predictions.outputs, targets: predictions.targetValues)
    }
    return predictions.targets.isEmpty
      ? nil : fit(logits: predictions.outputs, targets: predictions.targets)
  }

  private static func fit(_ rows: [[Double]], _ targets: [Int]) -> Double? {
    guard !rows.isEmpty, rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    /// The derivative of the summed loss by the inverse temperature: Σ (mean output − output of the target).
    func slope(_ inverse: Double) -> Double {
      var sum = 0.0
      for (row, target) in zip(rows, targets) {
        let top = row.max() ?? 0
        var (mass, mean) = (0.0, 0.0)
        for z in row {
          let weight = exp(inverse * (z - top))
          mass += weight
          mean += weight * (z - top)
        }
        sum += mean / mass - (row[target] - top)
      }
      return sum
    }
    if rows.allSatisfy({ row in row.allSatisfy { $0 == row[0] } }) { return 1 }
    var (low, high) = (log(1 / range.upperBound), log(1 / range.lowerBound))
    if slope(exp(low)) >= 0 { return range.upperBound }
    if slope(exp(high)) <= 0 { return range.lowerBound }
    // The interval of logarithms, 9.2 wide, is below 1e-15 after 60 halves.
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if slope(exp(middle)) < 0 { low = middle } else { high = middle }
    }
    return exp(-(low + high) / 2)
  }
}
