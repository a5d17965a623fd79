import Files

/// Suggestions for misspelled keys and names.
package enum SettingsNames {
  /// The nearest name, if it is near for its length: short names resemble each other by accident.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let wanted = Array(name.lowercased().prefix(100))
    guard !wanted.isEmpty else { return nil }
    let shortened = String(wanted)
    if let same = known.first(where: { plain($0) == plain(shortened) }) { return same }
    let ranked = known.map {
      (distance: NearestName.distance(wanted, Array($0.lowercased())), name: $0)
    }
    guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else {
      return nil
    }
    let length = min(wanted.count, best.name.count)
    // Two: letters that changed places.
    if best.distance <= max(length < 5 ? 1 : 2, length / 3) { return best.name }
    return wanted.count > 2
      ? known.filter { $0.lowercased().hasPrefix(shortened) }.min { $0.count < $1.count } : nil
  }

  /// "batch-size", "batchSize" and "batch_size" are one word.
  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0 != "_" && $0 != "-" })
  }
}
