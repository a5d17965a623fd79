public import Tensors

extension Checkpoint {
  /// A tensor of the network: where it is in the file, and what the network calls it.
  public struct NetworkEntry: Sendable, Equatable {
    /// The tensor in the file.
    public let entry: Entry
    /// Its name without what wraps the network: the dictionary's key, `module.`, `_orig_mod.`.
    public let name: String
  }

  /// Dictionaries that hold a network, in the order in which they are looked for.
  static let networkKeys = [
    "state_dict", "model_state_dict", "model", "net", "network", "model_state", "weights", "params",
    "state_dict_ema", "model_ema", "ema",
  ]

  /// Dictionaries that hold an optimizer's or a schedule's state, never a network.
  private static let otherKeys = ["opt", "sched", "scaler", "amp", "rng", "buffers", "criterion"]

  /// The tensors of the network, in the file's order: a plain state_dict, or the dictionary around it
  /// taken off.
  ///
  /// What `DataParallel` (`module.`) and `torch.compile` (`_orig_mod.`) put before all names is taken
  /// off too. An optimizer that a Lightbox run saved is left out.
  ///
  /// - Parameter part: The dictionary that holds the network, such as "state_dict_ema"; nil: the
  ///   one that is there.
  /// - Returns: The tensors, with the network's names for them.
  /// - Throws: `CheckpointError` if there is no network, or several.
  public func networkEntries(
    part: String? = nil
  ) throws(CheckpointError) -> [NetworkEntry] {
    let (path, names) = try network(part)
    let prefix = path.isEmpty ? "" : path + "/"
    var found: [(entry: Entry, name: Substring)] = []
    for name in names { found.append((try entry(prefix + name), name[...])) }
    // Wrappers may be wrapped.
    while let wrapper = ["module.", "_orig_mod."].first(where: { wrapper in
      !found.isEmpty && found.allSatisfy { $0.name.hasPrefix(wrapper) }
    }) {
      found = found.map { ($0.entry, $0.name.dropFirst(wrapper.count)) }
    }
    return found.map { NetworkEntry(entry: $0.entry, name: String($0.name)) }
  }

  /// Reads the network's tensors, by the network's names.
  ///
  /// - Throws: `CheckpointError` if there is no network, or its bytes are damaged.
  public func stateDictionary(
    part: String? = nil
  ) throws(CheckpointError) -> StateDictionary {
    let entries = try networkEntries(part: part)
    let read = try tensors(entries.map { $0.entry.name })
    var found: StateDictionary = [:]
    // A file may name a tensor twice; the first one counts.
    for entry in entries where found[entry.name] == nil {
      found[entry.name] = read[entry.entry.name]
    }
    return found
  }

  /// Path of the dictionary that holds the network, and the names of the tensors in it.
  private func network(_ part: String?) throws(CheckpointError) -> (String, [String]) {
    func fail(_ text: String) -> CheckpointError { CheckpointError(.noWeights(text), path: path) }
    if let part {
      var value = values
      for key in part.split(separator: "/") {
        guard let inner = value.members?.first(where: { $0.key == key })?.value else {
          throw fail("there is no \"\(part)\" in it")
        }
        value = inner
      }
      let names = Checkpoint.tensorNames(value)
      guard !names.isEmpty else { throw fail("there are no tensors in \"\(part)\"") }
      return (part, names)
    }
    var value = values
    var keys: [String] = []
    while true {
      let own = Checkpoint.tensorNames(value)
      if !own.isEmpty { return (keys.joined(separator: "/"), own) }
      guard let members = value.members, keys.count < 4 else { break }
      let inner = members.filter { Checkpoint.holdsNetwork($0.value) }
      let named = Checkpoint.networkKeys.lazy.compactMap { key in inner.first { $0.key == key } }
        .first
      let others = inner.filter { member in
        !Checkpoint.otherKeys.contains { member.key.lowercased().hasPrefix($0) }
      }
      guard let chosen = named ?? (others.count == 1 ? others[0] : nil) else {
        guard others.isEmpty else {
          throw fail(
            "several parts could be the network: \(others.map(\.key).joined(separator: ", ")); "
              + "say which, such as --part \(others[0].key)")
        }
        break
      }
      keys.append(chosen.key)
      value = chosen.value
    }
    throw fail(
      entries.isEmpty
        ? "there are no tensors in it"
        : "it holds tensors, but no dictionary of a network's weights")
  }

  /// Names of the tensors that stand directly in a dictionary.
  private static func tensorNames(_ value: CheckpointValue) -> [String] {
    guard case .dictionary(let members) = value else { return [] }
    return members.compactMap { member in
      if case .tensor = member.value, !member.key.hasPrefix("optimizer:") {
        member.key
      } else {
        nil
      }
    }
  }

  /// True if there are tensors in a dictionary, or in dictionaries in it.
  private static func holdsNetwork(_ value: CheckpointValue) -> Bool {
    guard let members = value.members else { return false }
    return !tensorNames(value).isEmpty || members.contains { holdsNetwork($0.value) }
  }
}

extension CheckpointValue {
  /// What is in a dictionary or, by number, in a list: some save (state_dict, epoch).
  fileprivate var members: [Member]? {
    switch self {
    case .dictionary(let members): members
    case .list(let items): items.enumerated().map { Member(key: "\($0)", value: $1) }
    default: nil
    }
  }
}
