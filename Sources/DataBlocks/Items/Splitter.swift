/// Divides items into training and validation.
public protocol Splitter: Sendable {
  /// Returns the indices of the training and the validation items.
  ///
  /// Items in neither, such as those for the test, are left out.
  func split(_ items: [DataItem]) throws -> (train: [Int], valid: [Int])
}

/// Traps unless a share for validation is in 0..<1.
func checkValidFraction(_ fraction: Double) {
  precondition((0..<1).contains(fraction), "a validation share lies in 0..<1, not \(fraction)")
}

/// Returns the patients with items on both sides; items without a known patient do not count.
public func sharedPatients(_ first: [DataItem], _ second: [DataItem]) -> [String] {
  Set(first.compactMap(\.patient)).intersection(second.compactMap(\.patient)).sorted()
}
