/// How the names of weights in files found in the wild become those of a network here.
///
/// A name is changed only where the network has the changed one, so a rule can do no harm to a network
/// that uses the older name itself.
public struct Renaming: Sendable {
  /// What a file's name became, and why.
  public struct Match: Sendable, Equatable {
    /// The name in the file.
    public let stored: String
    /// The network's name; nil: the network has nothing like it.
    public let name: String?
    /// Why it differs; empty if it does not.
    public let reasons: [String]
  }

  /// A change of names, and where it comes from.
  private struct Rule {
    let reason: String
    /// The changed name; nil where the rule has nothing to say.
    let change: @Sendable (_ parts: [Substring]) -> [Substring]?
  }

  private static let rules: [Rule] = [
    Rule(reason: "DenseNets saved before 2018 say norm.1 for norm1", change: densePair),
    Rule(reason: "the classifier is in a Sequential, as in CheXNet (Linear, Sigmoid)") { parts in
      guard parts.count >= 3, let number = Int(parts[parts.count - 2]), number < 4 else {
        return nil
      }
      return parts.dropLast(2) + parts.suffix(1)
    },
    Rule(reason: "pretrainedmodels says last_linear for the classifier") { parts in
      parts.first == "last_linear" ? ["fc"] + parts.dropFirst() : nil
    },
    Rule(reason: "pretrainedmodels says last_linear for the classifier") { parts in
      parts.first == "last_linear" ? ["classifier"] + parts.dropFirst() : nil
    },
    Rule(reason: "CIFAR networks say linear for fc") { parts in
      parts.first == "linear" ? ["fc"] + parts.dropFirst() : nil
    },
    Rule(reason: "CIFAR networks say shortcut for downsample") { parts in
      parts.contains("shortcut") ? parts.map { $0 == "shortcut" ? "downsample" : $0 } : nil
    },
  ]

  /// `denselayer1.norm.1` is `denselayer1.norm1` now.
  @Sendable private static func densePair(_ parts: [Substring]) -> [Substring]? {
    guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }),
      layer + 2 < parts.count, parts[layer + 2] == "1" || parts[layer + 2] == "2"
    else { return nil }
    var changed = parts
    changed[layer + 1] += changed.remove(at: layer + 2)
    return changed
  }

  /// The present name of a DenseNet's entry, which may be an older one.
  public static func currentDenseNetName(_ stored: String) -> String {
    let parts = stored.split(separator: ".", omittingEmptySubsequences: false)
    return densePair(parts)?.joined(separator: ".") ?? stored
  }

  /// The table of rules, in order: what each is for.
  public static let reasons: [String] = rules.map(\.reason)

  /// Finds the network's name for each name of a file.
  ///
  /// What most names have in front of a name of the network (`model.`, `backbone.`, `densenet121.`) is
  /// taken off; then the rules are tried. Where two names of a file fit one of the network, the one that
  /// changes less has it.
  ///
  /// - Parameters:
  ///   - stored: Names in the file, in its order.
  ///   - wanted: The network's names.
  /// - Returns: One match per stored name, in order.
  public static func matches(_ stored: [String], to wanted: Set<String>) -> [Match] {
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
      reasons.append("\(prefix) stands before the network's names")
    }
    guard let (name, reason) = named(rest, wanted) else {
      return Match(stored: stored, name: nil, reasons: [])
    }
    if let reason { reasons.append(reason) }
    return Match(stored: stored, name: name, reasons: reasons)
  }

  /// The network's name for one without a prefix, and the rule that gave it.
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

  /// What stands before most names of the network: the prefix of up to three parts with most matches,
  /// the shortest of those.
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
