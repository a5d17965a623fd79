/// Translates names of weights in published files to the names of a network.
///
/// A name is changed only if the network has the changed name, so a network that has the unchanged name is
/// not affected.
package enum Renaming {
  /// The network's name for a name in a file.
  package struct Match: Sendable, Equatable {
    /// The name in the file.
    package let stored: String
    /// The network's name; nil if there is no match.
    package let name: String?
    /// The changes from `stored` to `name`.
    package let reasons: [Reason]
  }

  /// Why a name differs.
  package enum Reason: Sendable, Equatable, CustomStringConvertible {
    /// All names have a prefix.
    case prefix(String)
    /// A rule for the convention of a library or of an older version.
    case convention(String)

    /// The reason as a clause.
    package var description: String {
      switch self {
      case .prefix(let prefix): "the names have the prefix \(prefix)"
      case .convention(let text): text
      }
    }
  }

  /// A change of names and its source.
  package struct Rule: Sendable {
    let reason: String
    /// Returns the changed name, split at dots; nil if the rule does not apply.
    let change: @Sendable (_ parts: [Substring]) -> [Substring]?
    /// Whether the rule applies to a file with these names; nil: always.
    let condition: (@Sendable (_ stored: [String]) -> Bool)?

    package init(
      reason: String, condition: (@Sendable (_ stored: [String]) -> Bool)? = nil,
      change: @escaping @Sendable (_ parts: [Substring]) -> [Substring]?
    ) {
      self.reason = reason
      self.condition = condition
      self.change = change
    }

    func callAsFunction(_ parts: [Substring]) -> String? {
      change(parts)?.joined(separator: ".")
    }
  }

  /// Rules that apply to every network.
  private static let commonRules: [Rule] = [
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

  /// Finds the network's name for each name of a file.
  ///
  /// The prefix that most names have before a name of the network (`model.`, `backbone.`,
  /// `densenet121.`) is removed, then the rules are tried. If two names match the same name of the
  /// network, the one with fewer changes wins.
  ///
  /// - Parameters:
  ///   - stored: The names in the file, in its order.
  ///   - wanted: The network's names.
  ///   - rules: Rules of this network, tried before the common ones.
  ///   - prefix: The prefix to remove; names without it do not match. Default: the one of most names.
  /// - Returns: One match per stored name, in order.
  package static func matches(
    _ stored: [String], to wanted: Set<String>, rules: [Rule] = [], prefix: String? = nil
  ) -> [Match] {
    let prefix = prefix ?? prefixes(stored, to: wanted, rules: rules).first?.prefix ?? ""
    let rules = (rules + commonRules).filter { $0.condition?(stored) ?? true }
    var matches = stored.map { match($0, prefix, wanted, rules) }
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

  private static func match(
    _ stored: String, _ prefix: String, _ wanted: Set<String>, _ rules: [Rule]
  ) -> Match {
    var reasons: [Reason] = []
    var rest = stored
    if !prefix.isEmpty {
      guard stored.hasPrefix(prefix) else { return Match(stored: stored, name: nil, reasons: []) }
      rest = String(stored.dropFirst(prefix.count))
      reasons.append(.prefix(prefix))
    }
    guard let (name, reason) = renamed(rest, wanted, rules) else {
      return Match(stored: stored, name: nil, reasons: [])
    }
    if let reason { reasons.append(.convention(reason)) }
    return Match(stored: stored, name: name, reasons: reasons)
  }

  /// The network's name for a name without prefix, and the reason of the rule that changed it.
  private static func renamed(
    _ name: String, _ wanted: Set<String>, _ rules: [Rule]
  ) -> (name: String, reason: String?)? {
    if wanted.contains(name) { return (name, nil) }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    for rule in rules {
      if let changed = rule(parts), wanted.contains(changed) { return (changed, rule.reason) }
    }
    return nil
  }

  /// The prefixes of up to three components before names of the network, with the number of such names: the
  /// most frequent first, the shorter one of equals.
  package static func prefixes(
    _ stored: [String], to wanted: Set<String>, rules: [Rule] = []
  ) -> [(prefix: String, count: Int)] {
    let rules = (rules + commonRules).filter { $0.condition?(stored) ?? true }
    if !stored.isEmpty, stored.allSatisfy(wanted.contains) { return [("", stored.count)] }
    var votes: [String: Int] = [:]
    for name in stored {
      var rest = name[...]
      for _ in 0...3 {
        if renamed(String(rest), wanted, rules) != nil {
          votes[String(name[..<rest.startIndex]), default: 0] += 1
        }
        guard let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) else { break }
        rest = rest[rest.utf8.index(after: dot)...]
      }
    }
    return votes.map { (prefix: $0.key, count: $0.value) }.sorted {
      ($1.count, $0.prefix.utf8.count, $0.prefix) < ($0.count, $1.prefix.utf8.count, $1.prefix)
    }
  }
}
