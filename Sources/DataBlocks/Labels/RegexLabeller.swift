import Files

/// The label of a file by a regular expression on its name: the text of the first group (fastai's `RegexLabeller`).
///
///     let label = try RegexLabeller("(.+)_\\d+.jpg$")
///     try label("great_pyrenees_173.jpg")   // "great_pyrenees"
///
/// The syntax is that of Swift's `Regex`, which has what Python's `re` has, `(?P<name>…)` too. Characters are Unicode
/// scalars, as in Python.
public struct RegexLabeller: Sendable, Equatable {
  /// The expression (`pat`).
  public let pattern: String
  /// Whether the expression has to match at the start of the text, rather than anywhere in it (`match`).
  public let matchesStart: Bool

  /// Creates a labeller.
  ///
  /// - Parameters:
  ///   - pattern: A regular expression with a group (`pat`).
  ///   - match: Whether it has to match at the start of the text (Python's `re.match`); else it is searched
  ///     (`re.search`).
  /// - Throws: `DataError` if the expression is invalid or has no group.
  public init(_ pattern: String, match: Bool = false) throws(DataError) {
    self.pattern = pattern
    matchesStart = match
    _ = try regex()
    // The empty alternative matches, so that the groups of the expression can be counted.
    guard let counting = try? Regex("|(?:\(pattern))"), let found = try? counting.firstMatch(in: "")
    else { return }
    guard found.output.count > 1 else {
      throw DataError(.labels(.patternWithoutGroup(pattern)))
    }
  }

  private func regex() throws(DataError) -> Regex<AnyRegexOutput> {
    do {
      return try Regex(pattern).matchingSemantics(.unicodeScalar)
    } catch {
      throw DataError(.labels(.invalidPattern(pattern, "\(error)")))
    }
  }

  /// The label of a name or path.
  ///
  /// - Throws: `DataError` naming the text if the expression does not match, or if its group is empty.
  public func callAsFunction(_ text: String) throws(DataError) -> String {
    let found = try groups([text])[0]
    guard let label = found, !label.isEmpty else {
      throw DataError(
        .labels(
          found == nil
            ? .unmatched([text], count: 1, of: 1, pattern: pattern)
            : .emptyGroup([text], count: 1, of: 1, pattern: pattern)))
    }
    return label
  }

  /// The labels of all names of files in a folder.
  ///
  /// - Throws: `DataError` with the names that do not match, or with an empty group: the first ones and their number.
  func labels(all texts: [String], path: String) throws(DataError) -> [String] {
    let found = try groups(texts.map { FileName.shown($0) })
    let without = found.indices.filter { found[$0] == nil }
    guard without.isEmpty else {
      throw DataError(
        .labels(
          .unmatched(
            without.prefix(5).map { texts[$0] }, count: without.count, of: texts.count,
            pattern: pattern)), path: path)
    }
    let empty = found.indices.filter { found[$0]?.isEmpty == true }
    guard empty.isEmpty else {
      throw DataError(
        .labels(
          .emptyGroup(
            empty.prefix(5).map { texts[$0] }, count: empty.count, of: texts.count,
            pattern: pattern)), path: path)
    }
    return found.compactMap(\.self)
  }

  /// The labels of names or paths; nil where the expression does not match or its group is empty.
  package func labels(_ texts: [String]) throws(DataError) -> [String?] {
    try groups(texts).map { $0?.isEmpty == true ? nil : $0 }
  }

  /// The first groups of names or paths; nil where the expression does not match, empty where the group is.
  private func groups(_ texts: [String]) throws(DataError) -> [String?] {
    _ = try regex()
    let matching = PatternMatching(texts) { [self] in matcher() }
    switch matching() {
    case .success(let labels): return labels
    case .failure(let slow):
      throw DataError(.labels(.slowPattern(pattern, name: slow.text)))
    }
  }

  /// Finds the group in a text.
  private func matcher() -> (String) -> String? {
    guard let regex = try? regex() else { return { _ in nil } }
    return { text in
      let match = try? matchesStart ? regex.prefixMatch(in: text) : regex.firstMatch(in: text)
      guard let output = match?.output, output.count > 1 else { return nil }
      return output[1].substring.map { String($0).trimmed } ?? ""
    }
  }
}
