/// Maps the names of weights in published files to those of a network.
///
/// A name is changed only if the network has the new name, so that a network can use the old ones itself.
package struct Renaming: Sendable {
  /// A name in a file with the name in the network.
  package struct Match: Sendable, Equatable {
    /// The name in the file.
    package let stored: String
    /// The name in the network; nil if there is none.
    package let name: String?
    /// The rules that changed the name.
    package let reasons: [String]
  }

  /// A change of names and its reason.
  private struct Rule {
    let reason: String
    /// Returns the new name; nil if the rule does not apply.
    let change: @Sendable (_ parts: [Substring]) -> [Substring]?
  }

  private static let rules: [Rule] = [
    Rule(reason: "DenseNets before 2018 have norm.1 instead of norm1", change: densePair),
    Rule(reason: "the classifier is in a Sequential, as in CheXNet (Linear, Sigmoid)") { parts in
      guard parts.count >= 3, let number = Int(parts[parts.count - 2]), number < 4 else {
        return nil
      }
      return parts.dropLast(2) + parts.suffix(1)
    },
    Rule(reason: "pretrainedmodels names the classifier last_linear") { parts in
      parts.first == "last_linear" ? ["fc"] + parts.dropFirst() : nil
    },
    Rule(reason: "pretrainedmodels names the classifier last_linear") { parts in
      parts.first == "last_linear" ? ["classifier"] + parts.dropFirst() : nil
    },
    Rule(reason: "CIFAR networks have linear instead of fc") { parts in
      parts.first == "linear" ? ["fc"] + parts.dropFirst() : nil
    },
    Rule(reason: "CIFAR networks have shortcut instead of downsample") { parts in
      parts.contains("shortcut") ? parts.map { $0 == "shortcut" ? "downsample" : $0 } : nil
    },
  ]

  /// Changes `denselayer1.norm.1` to `denselayer1.norm1`.
  @Sendable private static func densePair(_ parts: [Substring]) -> [Substring]? {
    guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }),
      layer + 2 < parts.count, parts[layer + 2] == "1" || parts[layer + 2] == "2"
    else { return nil }
    var changed = parts
    changed[layer + 1] += changed.remove(at: layer + 2)
    return changed
  }

  /// The current name of a DenseNet's weight, given a current or an old one.
  package static func currentDenseNetName(_ stored: String) -> String {
    let parts = stored.split(separator: ".", omittingEmptySubsequences: false)
    return densePair(parts)?.joined(separator: ".") ?? stored
  }

  /// Finds the name in the network for each name in a file.
  ///
  /// Removes the prefix that most names have (`model.`, `backbone.`, `densenet121.`), then tries the rules.
  /// If two names match the same one of the network, the one with fewer changes gets it.
  ///
  /// - Parameters:
  ///   - stored: The names in the file.
  ///   - wanted: The names in the network.
  /// - Returns: One match per stored name, in order.
  package static func matches(_ stored: [String], to wanted: Set<String>) -> [Match] {
    let prefix = commonPrefix(stored, wanted)
    var matches = stored.map { match($0, prefix, wanted) }
    var owners: [String: Int] = [:]
    for (i, match) in matches.enumerated() {
      guard let name = match.name else { continue }
      if let other = owners[name] {
        let loser = match.reasons.count < matches[other].reasons.count ? other : i
        if loser == other { owners[name] = i }
        matches[loser] = Match(stored: matches[loser].stored, name: nil, reasons: [])
      } else {
        owners[name] = i
      }
    }
    return matches
  }

  private static func match(_ stored: String, _ prefix: String, _ wanted: Set<String>) -> Match {
    var reasons: [String] = []
    var rest = stored
    if !prefix.isEmpty {
      guard stored.hasPrefix(prefix) else { return Match(stored: stored, name: nil, reasons: []) }
      rest = String(stored.dropFirst(prefix.count))
      reasons.append("the names have the prefix \(prefix)")
    }
    guard let (name, reason) = named(rest, wanted) else {
      return Match(stored: stored, name: nil, reasons: [])
    }
    if let reason { reasons.append(reason) }
    return Match(stored: stored, name: name, reasons: reasons)
  }

  /// The name in the network for a name without prefix, and the rule that gave it.
  private static func named(
    _ name: String, _ wanted: Set<String>
  ) -> (name: String, reason: String?)? {
    if wanted.contains(name) { return (name, nil) }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    for rule in rules {
      if let changed = rule.change(parts)?.joined(separator: "."), wanted.contains(changed) {
        return (changed, rule.reason)
      }
    }
    return nil
  }

  /// The prefix of up to three parts with the most matches, the shortest of those.
  private static func commonPrefix(_ stored: [String], _ wanted: Set<String>) -> String {
    var votes: [String: Int] = [:]
    for name in stored {
      var rest = name[...]
      for _ in 0...3 {
        if named(String(rest), wanted) != nil {
          votes[String(name.prefix(name.count - rest.count)), default: 0] += 1
        }
        guard let dot = rest.firstIndex(of: ".") else { break }
        rest = rest[rest.index(after: dot)...]
      }
    }
    return votes.max { ($0.value, $1.key.count, $1.key) < ($1.value, $0.key.count, $0.key) }?.key
      ?? ""
  }
}
