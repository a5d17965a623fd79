/// Nobody made a network of this name.
public struct UnknownArchitecture: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name asked for.
  public let name: String

  /// Makes the error.
  public init(name: String) { self.name = name }

  /// Known names, the most similar first.
  public var nearest: [String] {
    Architecture.all.map(\.name).sorted {
      (editDistance(name.lowercased(), $0), $0) < (editDistance(name.lowercased(), $1), $1)
    }
  }

  /// The name, and those that are near it.
  public var description: String {
    "there is no architecture \"\(name)\"; did you mean \(nearest.prefix(3).joined(separator: ", "))?"
  }
}

/// Insertions, deletions and replacements from one word to another.
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
