import Tensors

/// Which items an epoch of training has.
public enum ItemSampling: Sendable {
  /// Every item once, in random order.
  case shuffled
  /// As many items as there are, drawn with replacement, so that each class is equally probable: one remedy for class
  /// imbalance. Items with several labels count by the whole text of their label.
  case balanced
  /// As many items as there are, drawn with replacement by weights, one per training item: fastai's `WeightedDL`.
  case weighted([Double])

  /// The weights of items; nil if each occurs once.
  func weights(of items: [DataItem]) -> ItemWeights? {
    switch self {
    case .shuffled: return nil
    case .balanced:
      var counts: [String: Int] = [:]
      for item in items { counts[item.label ?? "", default: 0] += 1 }
      return ItemWeights(items.map { 1 / Double(counts[$0.label ?? ""] ?? 1) })
    case .weighted(let weights):
      precondition(
        weights.count == items.count,
        "\(weights.count) weights for \(items.count) training items (with frames .all, each frame is an item)"
      )
      return ItemWeights(weights)
    }
  }
}

/// Weights from which items are drawn.
struct ItemWeights: Sendable {
  /// The sums of the weights up to and including each item.
  private let sums: [Double]

  /// - Precondition: The weights are finite and not negative, and one is positive.
  init(_ weights: [Double]) {
    precondition(
      weights.allSatisfy { $0 >= 0 && $0.isFinite }
        && (weights.isEmpty || weights.contains { $0 > 0 }),
      "weights of items must be finite and not negative, and one positive")
    var sum = 0.0
    sums = weights.map {
      sum += $0
      return sum
    }
  }

  /// Draws items with replacement, from a stream of (seed, epoch).
  func draw(_ count: Int, seed: UInt64, epoch: Int) -> [Int] {
    guard let total = sums.last else { return [] }
    var random = RandomSource(seed: seed, UInt64(epoch), 0x3E16)
    return (0..<count).map { _ in
      let wanted = random.uniform() * total
      // The first sum above: an item of weight 0 has the sum of the one before it.
      var (low, high) = (0, sums.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > wanted { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }
}
