import ArgumentParser
import Console
import Lightbox

/// Refuses a value outside of its range, naming option, value and range; NaN is outside of every range.
func requireOption<Value: Comparable>(
  _ name: String, _ value: Value?, in range: ClosedRange<Value>
) throws {
  if let value, !range.contains(value) {
    throw ValidationError("\(name) \(value): use \(range.lowerBound) to \(range.upperBound)")
  }
}

/// Refuses a name that is no part of the data, naming the option and its values.
func requireSplit(_ split: String?) throws {
  guard let split, split != "all", DataSplit(name: split) == nil else { return }
  throw ValidationError("--split \(split.printable): use train, valid, test or all")
}
