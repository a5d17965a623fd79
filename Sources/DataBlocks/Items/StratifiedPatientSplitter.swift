import Tensors

/// A random split that keeps each patient on one side and gives both sides nearly the same shares of the classes.
///
/// Patients go, those with most items first, to the side that lacks most of their classes, as in
/// `StratifiedGroupKFold`. An item without a patient counts as a patient of its own.
public struct StratifiedPatientSplitter: Splitter {
  private let validFraction: Double
  private let seed: UInt32

  /// Creates a splitter.
  ///
  /// - Parameters:
  ///   - validFraction: The share for validation (`valid_pct`), above 0 and below 1.
  ///   - seed: Seeds the order of patients with as many items.
  public init(validFraction: Double = 0.2, seed: UInt32 = 42) {
    checkValidFraction(validFraction)
    precondition(validFraction > 0, "a share of \(validFraction) for validation")
    self.validFraction = validFraction
    self.seed = seed
  }

  /// Assigns patients.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    let groups = items.indicesByPatient
    var totals: [String: Double] = [:]
    for item in items { totals[item.label ?? "", default: 0] += 1 }
    var generator = MersenneTwister(seed: seed)
    // The sort is stable, so groups of one size stay in random order.
    let order = generator.permutation(groups.count).enumerated().sorted {
      (-groups[$0.element].count, $0.offset) < (-groups[$1.element].count, $1.offset)
    }.map(\.element)
    let shares = [1 - validFraction, validFraction]
    var counts: [[String: Double]] = [[:], [:]]
    var sizes = [0.0, 0.0]
    var sides: [[Int]] = [[], []]
    for group in order {
      var own: [String: Double] = [:]
      for index in groups[group] { own[items[index].label ?? "", default: 0] += 1 }
      let parts = own.sorted { $0.key < $1.key }
      // The growth of the sum over classes of (count / total)² / share, whose minimum is the shares themselves.
      func growth(_ side: Int) -> Double {
        parts.reduce(0) { sum, part in
          let (total, before) = (totals[part.key] ?? 1, counts[side][part.key] ?? 0)
          return sum + part.value * (2 * before + part.value) / (total * total * shares[side])
        }
      }
      let (train, valid) = (growth(0), growth(1))
      // Of equal ones, the side that is less full for its share.
      let side =
        train == valid
        ? (sizes[0] / shares[0] <= sizes[1] / shares[1] ? 0 : 1) : train < valid ? 0 : 1
      for (label, count) in own { counts[side][label, default: 0] += count }
      sizes[side] += Double(groups[group].count)
      sides[side] += groups[group]
    }
    return (sides[0].sorted(), sides[1].sorted())
  }
}
