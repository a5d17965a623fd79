/// Scores in order, for areas under the ROC curve of many resamples.
package struct RankedScores {
  private let order: [Int]
  private let positives: [Bool]
  /// Whether an item of `order` has the score of the one before it.
  private let isTied: [Bool]

  /// Sorts scores.
  package init(scores: [Double], positives: [Bool]) {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    self.order = order
    self.positives = positives
    isTied = order.indices.map { $0 > 0 && scores[order[$0]] == scores[order[$0 - 1]] }
  }

  /// The area under the ROC curve of items with weights; nil if one class has none.
  ///
  /// - Parameter weights: The weight of each item. Default: 1.
  /// - Returns: 0 to 1.
  package func area(weights: [Int]?) -> Double? {
    // Of the current group of equal scores, and of all before it.
    var (positive, negative) = (0.0, 0.0)
    var (positivesBefore, negativesBefore, pairs) = (0.0, 0.0, 0.0)
    func close() {
      pairs += positive * (negativesBefore + negative / 2)
      positivesBefore += positive
      negativesBefore += negative
      (positive, negative) = (0, 0)
    }
    for (place, item) in order.enumerated() {
      if !isTied[place] { close() }
      let weight = Double(weights?[item] ?? 1)
      if positives[item] { positive += weight } else { negative += weight }
    }
    close()
    let all = positivesBefore * negativesBefore
    return all > 0 ? pairs / all : nil
  }
}
