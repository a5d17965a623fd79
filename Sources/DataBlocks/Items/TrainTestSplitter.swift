import Tensors

/// A random split with the same share of each class for validation: fastai's `TrainTestSplitter` with `stratify`.
///
/// The numbers of items of each class are those of scikit-learn's `train_test_split`, up to ties; the permutation is
/// this library's own. Without stratification it is a random split of `ceil(test_size * n)` items.
public struct TrainTestSplitter: Splitter {
  private let validFraction: Double
  private let seed: UInt32
  private let isStratified: Bool

  /// Creates a splitter.
  ///
  /// - Parameters:
  ///   - validFraction: The share for validation (`test_size`), below 1.
  ///   - seed: Seeds the permutations (`random_state`).
  ///   - stratified: Whether each class has this share (`stratify`).
  public init(validFraction: Double = 0.2, seed: UInt32 = 42, stratified: Bool = true) {
    checkValidFraction(validFraction)
    self.validFraction = validFraction
    self.seed = seed
    isStratified = stratified
  }

  /// Draws from each class.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    var generator = MersenneTwister(seed: seed)
    let total = Int((validFraction * Double(items.count)).rounded(.up))
    var classes: [[Int]] = []
    var numbers: [String: Int] = [:]
    for (index, item) in items.enumerated() {
      let name = isStratified ? item.label ?? "" : ""
      if let number = numbers[name] {
        classes[number].append(index)
      } else {
        numbers[name] = classes.count
        classes.append([index])
      }
    }
    // The whole parts first, then one more where the rest is largest.
    let shares = classes.map { Double($0.count) * Double(total) / Double(max(items.count, 1)) }
    var counts = shares.map { Int($0) }
    let rest = max(0, total - counts.reduce(0, +))
    let order = shares.indices.sorted {
      (Double(counts[$0]) - shares[$0], $0) < (Double(counts[$1]) - shares[$1], $1)
    }
    for number in order.prefix(rest) { counts[number] += 1 }
    var held: Set<Int> = []
    for (members, count) in zip(classes, counts) {
      held.formUnion(generator.permutation(members.count).prefix(count).map { members[$0] })
    }
    return (items.indices.filter { !held.contains($0) }, held.sorted())
  }
}
