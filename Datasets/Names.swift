/// Names that users may mistype.
package enum Names {
  /// The known name that is nearest to a mistyped one, or nil where none is near.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let wanted = Array(name.lowercased())
    let ranked = known.map { ($0, distance(wanted, Array($0.lowercased()))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    let isStart = !wanted.isEmpty && best.0.lowercased().hasPrefix(name.lowercased())
    return isStart || best.1 <= max(2, wanted.count / 3) ? best.0 : nil
  }

  /// Insertions, removals and replacements from one word to another (Levenshtein).
  package static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var current = [i + 1]
      for (j, right) in b.enumerated() {
        let replaced = previous[j] + (left == right ? 0 : 1)
        current.append(min(replaced, previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }
}
