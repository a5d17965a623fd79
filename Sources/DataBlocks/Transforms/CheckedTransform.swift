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
    range.contains(value) ? nil : "\(name) is \(value), out of its range"
  }
}
