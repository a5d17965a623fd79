/// How often each class was called each class: rows are the truth, columns the answers.
public struct ConfusionMatrix: Sendable, Equatable {
  /// `counts[truth][answer]`.
  public let counts: [[Int]]

  /// Counts.
  public init(targets: [Int], answers: [Int], classes: Int) {
    precondition(
      targets.count == answers.count, "\(targets.count) targets, \(answers.count) answers")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (target, answer) in zip(targets, answers) { counts[target][answer] += 1 }
    self.counts = counts
  }

  /// Share of the items of a class that were called so (recall, sensitivity); nil if there are none.
  public func recall(of target: Int) -> Double? {
    let total = counts[target].reduce(0, +)
    return total == 0 ? nil : Double(counts[target][target]) / Double(total)
  }

  /// Share of the answers of a class that were right (positive predictive value); nil if there are none.
  public func precision(of answer: Int) -> Double? {
    let total = counts.map { $0[answer] }.reduce(0, +)
    return total == 0 ? nil : Double(counts[answer][answer]) / Double(total)
  }
}
