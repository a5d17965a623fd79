/// Divides items into training and validation.
public protocol Splitter: Sendable {
  /// Returns the indices of the training and the validation items.
  ///
  /// Items in neither, such as those for the test, are left out.
  func split(_ items: [DataItem]) throws -> (train: [Int], valid: [Int])
}

/// Returns the patients with items on both sides; items without a known patient do not count.
public func sharedPatients(_ first: [DataItem], _ second: [DataItem]) -> [String] {
  Set(first.compactMap(\.patient)).intersection(second.compactMap(\.patient)).sorted()
}
