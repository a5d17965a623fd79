public import Tensors

/// A state dictionary that could be the network of a file.
package struct NetworkCandidate: Sendable, Equatable {
  /// The argument of `--part` that selects it: a key or a prefix.
  package let part: String
  /// The number of its tensors.
  package let count: Int
  /// The architecture with which it was compared, and whether it fits; nil without an architecture.
  package let fit: Fit?

  /// The result of a comparison with an architecture.
  package struct Fit: Sendable, Equatable {
    package let architecture: String
    package let fits: Bool

    package init(architecture: String, fits: Bool) {
      self.architecture = architecture
      self.fits = fits
    }
  }

  package init(part: String, count: Int, fit: Fit? = nil) {
    self.part = part
    self.count = count
    self.fit = fit
  }

  /// The candidate as a phrase: "encoder_q (161 tensors, fits resnet50)".
  package var words: String {
    let fit = fit.map { ($0.fits ? ", fits " : ", does not fit ") + $0.architecture } ?? ""
    return "\(part) (\(count) tensor\(count == 1 ? "" : "s")\(fit))"
  }
}

extension Checkpoint {
  /// The tensors of the network, in the file's order.
  ///
  /// Their names are without the keys of the dictionaries around them, and without the prefixes that
  /// `DataParallel` (`module.`) and `torch.compile` (`_orig_mod.`) add. The optimizer of a Lightbox run is
  /// left out.
  ///
  /// - Parameter part: The key of the network's dictionary, such as "state_dict_ema", or a prefix of its names,
  ///   such as "encoder_q". Default: the only dictionary, or the one with a common key such as "state_dict".
  /// - Returns: The tensors with their names in the network.
  /// - Throws: `CheckpointError` if there is no network, or several.
  package func networkEntries(
    part: String? = nil
  ) throws(CheckpointError) -> [NetworkEntry] {
    let parts = try networkParts(part)
    guard let chosen = preferred(parts) else { throw ambiguous(parts) }
    let twins = parts.filter { $0 != chosen && Checkpoint.areAlike($0, chosen) }
    guard twins.isEmpty else { throw ambiguous([chosen] + twins) }
    return chosen.entries
  }

  private func ambiguous(_ parts: [NetworkPart]) -> CheckpointError {
    CheckpointError(
      .ambiguousNetwork(
        parts.map {
          NetworkCandidate(
            part: $0.path.isEmpty ? "." : $0.name(ofPrefix: ""), count: $0.entries.count)
        }),
      path: path)
  }

  /// Whether two state dictionaries are of the same network, such as a model and its moving average: at least
  /// half of the names of each occur in the other, by their last two components.
  private static func areAlike(_ a: NetworkPart, _ b: NetworkPart) -> Bool {
    func endings(_ part: NetworkPart) -> Set<String> {
      Set(part.entries.map { $0.name.split(separator: ".").suffix(2).joined(separator: ".") })
    }
    let (first, second) = (endings(a), endings(b))
    let common = first.intersection(second).count
    return common * 2 >= max(first.count, second.count) && common > 0
      && max(a.entries.count, b.entries.count) <= 2 * min(a.entries.count, b.entries.count)
  }

  /// The prefix of the network's names in the file, such as "state_dict/module."; empty if there is none.
  package static func prefix(of network: [NetworkEntry]) -> String {
    guard let first = network.first, first.entry.name.hasSuffix(first.name) else { return "" }
    return String(first.entry.name.dropLast(first.name.count))
  }

  /// Reads the network's tensors, with their names in the network.
  ///
  /// - Parameter part: The key of the network's dictionary, such as "state_dict_ema", or a prefix of its names,
  ///   such as "encoder_q". Default: the only dictionary, or the one with a common key such as "state_dict".
  /// - Returns: The tensors by name.
  /// - Throws: `CheckpointError` if there is no network, or several, or its bytes are malformed.
  public func stateDictionary(
    part: String? = nil
  ) throws(CheckpointError) -> StateDictionary {
    let entries = try networkEntries(part: part)
    let read = try tensors(entries.map { $0.entry.name })
    var found: StateDictionary = [:]
    // If a file has a name twice, the first tensor is used.
    for entry in entries where found[entry.name] == nil {
      found[entry.name] = read[entry.entry.name]
    }
    return found
  }
}
