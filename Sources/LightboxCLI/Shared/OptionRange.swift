import ArgumentParser

/// Refuses a value outside of its range, naming option, value and range; NaN is outside of every range.
func requireOption<Value: Comparable>(
  _ name: String, _ value: Value?, in range: ClosedRange<Value>
) throws {
  if let value, !range.contains(value) {
    throw ValidationError("\(name) \(value): use \(range.lowerBound) to \(range.upperBound)")
  }
}
