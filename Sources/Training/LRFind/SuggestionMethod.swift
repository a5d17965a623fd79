import Foundation

/// How a learning rate is suggested from the losses of `Learner.lrFind`.
public enum SuggestionMethod: String, Sendable, CaseIterable, Codable {
  /// Two thirds into the longest valley, fastai's default (`valley`).
  case valley
  /// Where the slope of the loss levels off before it rises (`slide`).
  case slide
  /// A tenth of the rate with the lowest loss (`minimum`).
  case minimum
  /// The rate where the loss falls most per factor of the rate (`steep`).
  case steep

  /// The suggestion of this method.
  ///
  /// - Parameters:
  ///   - rates: Learning rates, ascending.
  ///   - losses: The loss at each rate, all finite.
  /// - Returns: The rate, and the point of the curve to mark; nil if there are too few losses.
  func suggestion(_ rates: [Double], _ losses: [Double]) -> LRFindResult.Suggestion? {
    guard losses.count >= 2, rates.count == losses.count else { return nil }
    let found: (index: Int, factor: Double)? =
      switch self {
      case .valley: (Self.valley(losses), 1)
      case .slide: Self.slide(losses).map { ($0, 1) }
      case .minimum: (Self.lowest(losses), 0.1)
      case .steep: (Self.steepest(rates, losses), 1)
      }
    return found.map {
      LRFindResult.Suggestion(
        method: self, learningRate: rates[$0.index] * $0.factor, markedRate: rates[$0.index],
        markedLoss: losses[$0.index])
    }
  }

  /// An index in the longest strictly falling subsequence, estimated from its end and length as in fastai.
  private static func valley(_ losses: [Double]) -> Int {
    var lengths = [Int](repeating: 1, count: losses.count)
    var (start, end) = (0, 0)
    for i in losses.indices.dropFirst() {
      for j in 0..<i {
        if losses[i] < losses[j], lengths[i] < lengths[j] + 1 { lengths[i] = lengths[j] + 1 }
        if lengths[end] < lengths[i] {
          end = i
          start = end - lengths[end]
        }
      }
    }
    let section = Double(end - start) / 3
    // fastai's start can be −1.
    return max(start + Int(section) + Int(section / 2), 0)
  }

  /// Moves two points 15 apart from the end of the curve to the left while their slopes differ.
  private static func slide(_ losses: [Double]) -> Int? {
    let distance = 15
    let count = losses.count
    guard count > distance else { return nil }
    let slopes = losses.indices.map { index in
      let (low, high) = (max(index - 1, 0), min(index + 1, count - 1))
      return (losses[high] - losses[low]) / Double(high - low)
    }
    var (right, left) = (count - 1, count - 1 - distance)
    var found = left
    while left >= 0, abs(slopes[right] - slopes[left]) > 0.005 {
      found = left
      right -= 1
      left -= 1
    }
    return found
  }

  private static func lowest(_ values: [Double]) -> Int {
    values.indices.min { values[$0] < values[$1] } ?? 0
  }

  private static func steepest(_ rates: [Double], _ losses: [Double]) -> Int {
    lowest(
      losses.indices.dropLast().map {
        (losses[$0 + 1] - losses[$0]) / (log(rates[$0 + 1]) - log(rates[$0]))
      })
  }
}
