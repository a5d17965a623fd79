/// A transform whose settings can be out of range: initializers trap on it, a stored pipeline throws it.
protocol CheckedTransform: Transform {
  /// What is wrong with the settings, as a clause; nil if they are valid.
  var fault: String? { get }
}

extension CheckedTransform {
  /// Traps if the settings are out of range.
  func check() {
    let fault = fault
    precondition(fault == nil, "\(Self.name): \(fault ?? "")")
  }

  /// A clause for a value outside of its range; nil inside.
  func fault<Value: Comparable>(
    _ name: String, _ value: Value, in range: some RangeExpression<Value>
  ) -> String? {
    range.contains(value) ? nil : "\(name) is \(value), but must be \(words(range))"
  }

  /// A range in words: "0 to 1", "0 or more".
  private func words<Value: Comparable>(_ range: some RangeExpression<Value>) -> String {
    switch range {
    case let range as ClosedRange<Value>: "\(range.lowerBound) to \(range.upperBound)"
    case let range as Range<Value>: "at least \(range.lowerBound) and below \(range.upperBound)"
    case let range as PartialRangeFrom<Value>: "\(range.lowerBound) or more"
    default: "in its range"
    }
  }
}
