import Files

/// A split by a mask with true for validation: fastai's `MaskSplitter`.
public struct MaskSplitter: Splitter {
  private let mask: [Bool]

  /// Creates a splitter.
  public init(_ mask: [Bool]) { self.mask = mask }

  /// Takes the items by the mask.
  ///
  /// - Precondition: The mask has an element per item.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    precondition(mask.count == items.count, "a mask of \(mask.count) for \(items.count) items")
    return (items.indices.filter { !mask[$0] }, items.indices.filter { mask[$0] })
  }
}

/// A split by a file of names, one per line, that are for validation: fastai's `FileSplitter`.
public struct FileSplitter: Splitter {
  private let path: String

  /// Creates a splitter.
  ///
  /// - Parameter path: The text file; its lines are names of files without their folders, as in fastai, or whole paths
  ///   of items (`fname`).
  public init(_ path: String) { self.path = path }

  /// Looks the items up in the file.
  ///
  /// - Throws: `FileError` if it cannot be read, `DataError` naming the first line that is no item.
  public func split(_ items: [DataItem]) throws -> (train: [Int], valid: [Int]) {
    let text = String(decoding: try readFile(path, limit: 1 << 28), as: UTF8.self)
    var lines: [String: Int] = [:]
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let name = String(line).trimmed
      if !name.isEmpty { lines[name] = lines[name] ?? number + 1 }
    }
    var used: Set<String> = []
    let held = items.map { item in
      let found = [item.path, PathParts(item.path).name].first { lines[$0] != nil }
      if let found { used.insert(found) }
      return found != nil
    }
    if let unknown = lines.filter({ !used.contains($0.key) }).min(by: { $0.value < $1.value }) {
      throw DataError(.labels(.notAnItem(unknown.key)), path: path, line: unknown.value)
    }
    return (items.indices.filter { !held[$0] }, items.indices.filter { held[$0] })
  }
}

/// A split of items in order, the last ones for validation: fastai's `EndSplitter`.
public struct EndSplitter: Splitter {
  private let validFraction: Double
  private let isLast: Bool

  /// Creates a splitter.
  ///
  /// - Parameters:
  ///   - validFraction: The share for validation (`valid_pct`), below 1.
  ///   - validLast: Whether these are the last items, rather than the first (`valid_last`).
  public init(validFraction: Double = 0.2, validLast: Bool = true) {
    checkValidFraction(validFraction)
    self.validFraction = validFraction
    isLast = validLast
  }

  /// Cuts the items in two.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    let share = isLast ? 1 - validFraction : validFraction
    let cut = Int(share * Double(items.count))
    let (head, tail) = (Array(0..<cut), Array(cut..<items.count))
    return isLast ? (head, tail) : (tail, head)
  }
}
