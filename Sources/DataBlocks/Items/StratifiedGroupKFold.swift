import Tensors

/// Divides items into folds for cross-validation: each item is in one fold, and the items of a patient in the same
/// (scikit-learn's `StratifiedGroupKFold`).
///
///     let folds = StratifiedGroupKFold(foldCount: 5)
///     for fold in 0..<5 {
///       let (train, valid) = try folds.splitter(fold: fold).split(items)
///     }
///
/// Patients go, those with most items first, to the fold that has least of their classes, so that each fold has nearly
/// the same number of items of each class. For one class with groups of one class each, the numbers differ by at most
/// the largest group. In general the sum of the squared deviations of the folds' shares of the classes from `1/k` is at
/// most that of a random assignment on average, `(1 - 1/k) Σ (group's share of the class)²`.
public struct StratifiedGroupKFold: Sendable {
  /// The number of folds (`n_splits`).
  public let foldCount: Int
  /// Seeds the order of patients with as many items (`random_state`).
  public let seed: UInt32

  /// Creates a division.
  ///
  /// - Precondition: There are at least two folds.
  public init(foldCount: Int = 5, seed: UInt32 = 42) {
    precondition(foldCount >= 2, "\(foldCount) folds")
    self.foldCount = foldCount
    self.seed = seed
  }

  /// The fold of each item, from 0.
  ///
  /// An item without a patient counts as a patient of its own.
  ///
  /// - Throws: `DataError` if there are fewer patients than folds, or if all items of a class are in one fold, so that
  ///   there are none to train on.
  public func folds(of items: [DataItem]) throws(DataError) -> [Int] {
    let groups = items.indicesByPatient
    guard groups.count >= foldCount else {
      throw DataError(.table(.tooFewGroups(groups.count, folds: foldCount)))
    }
    var classes: [String: Int] = [:]
    var names: [String] = []
    let labels = items.map { item in
      let name = item.label ?? ""
      if let known = classes[name] { return known }
      classes[name] = names.count
      names.append(name)
      return names.count - 1
    }
    var totals = [Int](repeating: 0, count: names.count)
    for label in labels { totals[label] += 1 }

    var generator = MersenneTwister(seed: seed)
    let shuffled = generator.permutation(groups.count)
    // The sort is stable, so groups of one size stay in random order.
    let order = shuffled.enumerated().sorted {
      (-groups[$0.element].count, $0.offset) < (-groups[$1.element].count, $1.offset)
    }.map(\.element)
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: names.count), count: foldCount)
    var sizes = [Int](repeating: 0, count: foldCount)
    var folds = [Int](repeating: 0, count: items.count)
    for group in order {
      var own: [Int: Int] = [:]
      for index in groups[group] { own[labels[index], default: 0] += 1 }
      // The growth of the sum of squared shares, but for what is the same in each fold; in the order of the classes, so
      // that rounding does not depend on the dictionary.
      let parts = own.sorted { $0.key < $1.key }.map { label, count in
        (label, Double(count) / (Double(totals[label]) * Double(totals[label])))
      }
      func growth(_ fold: Int) -> Double {
        parts.reduce(0) { $0 + $1.1 * Double(counts[fold][$1.0]) }
      }
      var (best, least) = (0, growth(0))
      for fold in 1..<foldCount {
        let value = growth(fold)
        if (value, sizes[fold]) < (least, sizes[best]) { (best, least) = (fold, value) }
      }
      for (label, count) in own { counts[best][label] += count }
      sizes[best] += groups[group].count
      for index in groups[group] { folds[index] = best }
    }
    for (label, name) in names.enumerated()
    where counts.contains(where: { $0[label] == totals[label] }) {
      let patients = groups.count { $0.contains { labels[$0] == label } }
      throw DataError(.table(.classInOneFold(name, groups: patients)))
    }
    return folds
  }

  /// A splitter whose validation items are those of a fold.
  ///
  /// - Precondition: The fold is in `0..<foldCount`.
  public func splitter(fold: Int) -> some Splitter {
    precondition((0..<foldCount).contains(fold), "fold \(fold) of \(foldCount)")
    return FoldSplitter(folds: self, fold: fold)
  }
}

/// One fold for validation, the others for training.
private struct FoldSplitter: Splitter {
  let folds: StratifiedGroupKFold
  let fold: Int

  func split(_ items: [DataItem]) throws -> (train: [Int], valid: [Int]) {
    let found = try folds.folds(of: items)
    return (items.indices.filter { found[$0] != fold }, items.indices.filter { found[$0] == fold })
  }
}
