/// The range of an axis without the few values that would flatten all others.
package struct AxisClipping {
  /// The range; nil: all values are shown.
  package private(set) var range: ClosedRange<Double>?
  /// Number of values above the range.
  package private(set) var above = 0
  /// Number of values below.
  package private(set) var below = 0
  /// The extreme value that is not shown.
  package private(set) var extreme: Double?

  /// At most so many values of a line are left out at one end.
  private static let valuesOfLine = 3
  /// The other values would take less than this share of the axis.
  private static let share = 0.25

  /// What is not farther above the others than this share of their range is shown, too.
  private static let tolerance = 0.75

  /// Finds the range for the values of lines.
  package init(_ lines: [[Double]]) {
    let finite = lines.map { $0.filter(\.isFinite).sorted() }.filter { !$0.isEmpty }
    let all = finite.flatMap(\.self).sorted()
    guard let low = all.first, let high = all.last, all.count > 4, low < high else { return }
    var ends = (low: low, high: high)
    let whole = ends
    for count in 1...Self.valuesOfLine {
      // A short line would lose too much of itself.
      let kept = finite.map { $0.count >= 4 * count ? Array($0.dropLast(count)) : $0 }
      if let next = kept.compactMap(\.last).max(),
        next - ends.low < Self.share * (ends.high - ends.low)
      {
        ends.high = next
      }
    }
    for count in 1...Self.valuesOfLine {
      let kept = finite.map { $0.count >= 4 * count ? Array($0.dropFirst(count)) : $0 }
      if let next = kept.compactMap(\.first).min(),
        ends.high - next < Self.share * (ends.high - ends.low)
      {
        ends.low = next
      }
    }
    // A line that is just a little higher stays whole.
    let near = Self.tolerance * (ends.high - ends.low)
    if ends.high < whole.high {
      ends.high = all.last { $0 <= ends.high + near } ?? ends.high
    }
    if ends.low > whole.low { ends.low = all.first { $0 >= ends.low - near } ?? ends.low }
    above = all.count { $0 > ends.high }
    below = all.count { $0 < ends.low }
    guard above + below > 0, ends.low < ends.high else {
      (above, below) = (0, 0)
      return
    }
    extreme = above > 0 ? high : low
    let room = (ends.high - ends.low) * 0.05
    range = (ends.low - room)...(ends.high + room)
  }
}
