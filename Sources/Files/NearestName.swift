/// Suggestions for misspelled names.
package enum NearestName {
  /// Known names by edit distance, nearest first, case-insensitive.
  package static func ranked(_ name: String, among known: [String]) -> [String] {
    let wanted = Array(name.lowercased())
    return known.map { (distance: distance(wanted, Array($0.lowercased())), name: $0) }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.map(\.name)
  }

  /// The nearest known name if `name` is its prefix, or if the distance is at most a third of its length.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let wanted = Array(name.lowercased())
    guard let best = ranked(name, among: known).first else { return nil }
    let isPrefix = !wanted.isEmpty && best.lowercased().hasPrefix(name.lowercased())
    let isNear = distance(wanted, Array(best.lowercased())) <= max(2, wanted.count / 3)
    return isPrefix || isNear ? best : nil
  }

  /// Insertions, deletions and replacements from one word to another (Levenshtein).
  package static func distance(_ a: [Character], _ b: [Character]) -> Int {
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
}
