public import Tensors

extension Checkpoint {
  /// A tensor of the network.
  package struct NetworkEntry: Sendable, Equatable {
    /// The tensor in the file.
    package let entry: Entry
    /// Its name without the dictionary's key and the prefixes `module.` and `_orig_mod.`.
    package let name: String
  }

  /// Keys of a network's state dictionary, in the order of preference.
  static let networkKeys = [
    "state_dict", "model_state_dict", "model", "net", "network", "model_state", "weights", "params",
    "state_dict_ema", "model_ema", "ema",
  ]

  /// Prefixes of keys of other states, such as an optimizer's.
  private static let otherKeys = ["opt", "sched", "scaler", "amp", "rng", "buffers", "criterion"]

  /// The tensors of the network, in the file's order.
  ///
  /// Their names are without the keys of the dictionaries around them, and without the prefixes that
  /// `DataParallel` (`module.`) and `torch.compile` (`_orig_mod.`) add. The optimizer of a Lightbox run is
  /// left out.
  ///
  /// - Parameter part: The key of the network's dictionary, such as "state_dict_ema". Default: the only
  ///   one, or the one with a common key such as "state_dict".
  /// - Returns: The tensors with their names in the network.
  /// - Throws: `CheckpointError` if there is no network, or several.
  package func networkEntries(
    part: String? = nil
  ) throws(CheckpointError) -> [NetworkEntry] {
    let (path, names) = try network(part)
    let prefix = path.isEmpty ? "" : path + "/"
    var found: [(entry: Entry, name: Substring)] = []
    for name in names { found.append((try entry(prefix + name), name[...])) }
    // The prefixes can be combined.
    while let wrapper = ["module.", "_orig_mod."].first(where: { wrapper in
      !found.isEmpty && found.allSatisfy { $0.name.hasPrefix(wrapper) }
    }) {
      found = found.map { ($0.entry, $0.name.dropFirst(wrapper.count)) }
    }
    return found.map { NetworkEntry(entry: $0.entry, name: String($0.name)) }
  }

  /// The prefix of the network's names in the file, such as "state_dict/module."; empty if there is none.
  package static func prefix(of network: [NetworkEntry]) -> String {
    guard let first = network.first, first.entry.name.hasSuffix(first.name) else { return "" }
    return String(first.entry.name.dropLast(first.name.count))
  }

  /// Reads the network's tensors, with their names in the network.
  ///
  /// - Parameter part: The key of the network's dictionary, such as "state_dict_ema". Default: the only
  ///   one, or the one with a common key such as "state_dict".
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

  /// The path of the network's dictionary, and the names of the tensors in it.
  private func network(_ part: String?) throws(CheckpointError) -> (String, [String]) {
    func fail(_ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(reason, path: path)
    }
    if let part {
      var value = values
      for key in part.split(separator: "/") {
        guard let inner = value.members?.first(where: { $0.key == key })?.value else {
          throw fail(.noSuchPart(part))
        }
        value = inner
      }
      let names = Checkpoint.tensorNames(value)
      guard !names.isEmpty else { throw fail(.emptyPart(part)) }
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
          throw fail(.ambiguousNetwork(others.map(\.key)))
        }
        break
      }
      keys.append(chosen.key)
      value = chosen.value
    }
    throw fail(entries.isEmpty ? .noTensors : .noStateDictionary)
  }

  /// The names of the tensors directly in a dictionary.
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

  /// Whether there are tensors in a dictionary or in the dictionaries in it.
  private static func holdsNetwork(_ value: CheckpointValue) -> Bool {
    guard let members = value.members else { return false }
    return !tensorNames(value).isEmpty || members.contains { holdsNetwork($0.value) }
  }
}

extension CheckpointValue {
  /// The members of a dictionary, or of a list by index: some files contain `(state_dict, epoch)`.
  fileprivate var members: [Member]? {
    switch self {
    case .dictionary(let members): members
    case .list(let items): items.enumerated().map { Member(key: "\($0)", value: $1) }
    default: nil
    }
  }
}
