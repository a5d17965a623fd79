extension Checkpoint {
  /// A tensor of the network.
  package struct NetworkEntry: Sendable, Equatable {
    /// The tensor in the file.
    package let entry: Entry
    /// Its name without the dictionary's key and the prefixes `module.` and `_orig_mod.`.
    package let name: String
  }

  /// A state dictionary in a file: the tensors directly in one dictionary, or those under a prefix in it.
  package struct NetworkPart: Sendable, Equatable {
    /// The keys of the dictionary, joined by "/"; empty for the root.
    package let path: String
    /// The prefix that all its names have in the dictionary, with a dot at the end; empty for the whole dictionary.
    package let prefix: String
    /// True if `.` selects the names without a prefix.
    package let isUnprefixed: Bool
    /// The tensors, in the file's order.
    package let entries: [NetworkEntry]

    /// The argument of `--part` that selects the names with a prefix among those of this part.
    package func name(ofPrefix inner: String) -> String {
      let whole = prefix + inner
      let last = whole.hasSuffix(".") ? String(whole.dropLast()) : whole
      return [path, last].filter { !$0.isEmpty }.joined(separator: "/")
    }
  }

  /// Keys of a network's state dictionary, in the order of preference.
  static let networkKeys = [
    "state_dict", "model_state_dict", "model", "net", "network", "model_state", "weights", "params",
    "state_dict_ema", "model_ema", "ema",
  ]

  /// Prefixes of keys of other states, such as an optimizer's.
  private static let otherKeys = [
    "opt", "sched", "lr_sched", "scaler", "amp", "rng", "random_state", "buffers", "criterion",
  ]

  /// Prefixes that `DataParallel` and `torch.compile` add to all names.
  static let wrappers = ["module.", "_orig_mod."]

  /// The state dictionaries of the file, in its order: dictionaries with tensors directly in them that are not
  /// an optimizer's or another state.
  ///
  /// - Parameter part: The key of a dictionary ("state_dict_ema", "a/b"), or a prefix of names ("encoder_q",
  ///   "state_dict/module.encoder_q"; "." for the names as they are). Default: all.
  /// - Returns: One or more.
  /// - Throws: `CheckpointError` if there is none.
  package func networkParts(_ part: String? = nil) throws(CheckpointError) -> [NetworkPart] {
    let found = try part.map { part throws(CheckpointError) in try parts(named: part) } ?? allParts
    // Tensors inside an object cannot be found without its class.
    let hidden = opaqueValues.filter(\.holdsTensors)
    for value in hidden {
      let keys = value.path.split(separator: "/")
      let folder = keys.dropLast().joined(separator: "/")
      guard let key = keys.last, !Checkpoint.isOther(String(key)),
        found.contains(where: { $0.path == folder })
      else { continue }
      throw CheckpointError(.unsupportedGlobal(value.className), path: path)
    }
    if found.isEmpty {
      if let name = hidden.first?.className {
        throw CheckpointError(.unsupportedGlobal(name), path: path)
      }
      throw CheckpointError(entries.isEmpty ? .noTensors : .noStateDictionary, path: path)
    }
    return found
  }

  /// The one state dictionary, or the one with a common key; nil if there is no preference.
  func preferred(_ parts: [NetworkPart]) -> NetworkPart? {
    var left = parts.map { (part: $0, keys: $0.path.split(separator: "/").map(String.init)) }
    for level in 0... {
      if left.count < 2 { return left.first?.part }
      if let here = left.first(where: { $0.keys.count == level }) {
        // Tensors beside a state dictionary, such as a best accuracy, are not the network.
        let inner = left.filter { other in
          let (count, own) = (other.part.entries.count, here.part.entries.count)
          return other.keys.count > level && count > own
            && (Checkpoint.networkKeys.contains(other.keys[level]) || count >= 10 * own)
        }
        if inner.isEmpty { return here.part }
        left = inner
      }
      let keys = Set(left.map { $0.keys[level] })
      guard
        let key = Checkpoint.networkKeys.first(where: keys.contains)
          ?? (keys.count == 1 ? keys.first : nil)
      else { return nil }
      left.removeAll { $0.keys[level] != key }
    }
    return nil
  }

  // MARK: Selection

  private var allParts: [NetworkPart] {
    var found: [NetworkPart] = []
    collect(values, [], skipsOthers: true, into: &found)
    return found
  }

  private func collect(
    _ value: CheckpointValue, _ keys: [String], skipsOthers: Bool, into found: inout [NetworkPart]
  ) {
    guard let members = value.members else { return }
    let own = Checkpoint.tensorNames(value)
    if !own.isEmpty {
      found.append(whole(keys.joined(separator: "/"), own))
    }
    guard keys.count < 4 else { return }
    for member in members
    where !skipsOthers || !Checkpoint.isOther(member.key) {
      collect(member.value, keys + [member.key], skipsOthers: skipsOthers, into: &found)
    }
  }

  private func whole(_ path: String, _ names: [String]) -> NetworkPart {
    let prefix = path.isEmpty ? "" : path + "/"
    let found = names.compactMap { name in
      indices[prefix + name].map { NetworkEntry(entry: entries[$0], name: name) }
    }
    return NetworkPart(
      path: path, prefix: "", isUnprefixed: false, entries: Checkpoint.unwrapped(found))
  }

  /// The entries without the prefixes that all names have.
  private static func unwrapped(_ entries: [NetworkEntry]) -> [NetworkEntry] {
    var found = entries.map { (entry: $0.entry, name: $0.name[...]) }
    // The prefixes can be combined.
    while let wrapper = wrappers.first(where: { wrapper in
      !found.isEmpty && found.allSatisfy { $0.name.hasPrefix(wrapper) }
    }) {
      found = found.map { ($0.entry, $0.name.dropFirst(wrapper.count)) }
    }
    return found.map { NetworkEntry(entry: $0.entry, name: String($0.name)) }
  }

  private func parts(named part: String) throws(CheckpointError) -> [NetworkPart] {
    func fail(_ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(reason, path: path)
    }
    let isUnprefixed = part == "." || part.hasSuffix("/.")
    let keys = (isUnprefixed ? part.dropLast() : part[...]).split(separator: "/").map(String.init)
    if isUnprefixed || !keys.isEmpty, let value = value(at: keys) {
      var found: [NetworkPart] = []
      collect(value, keys, skipsOthers: false, into: &found)
      if let own = found.first(where: { $0.path == keys.joined(separator: "/") }) {
        guard isUnprefixed else { return [own] }
        return [
          NetworkPart(path: own.path, prefix: "", isUnprefixed: true, entries: own.entries)
        ]
      }
      if case .object(let name) = value { throw fail(.unsupportedGlobal(name)) }
      guard !found.isEmpty else { throw fail(.emptyPart(part)) }
      return found
    }
    var found: [NetworkPart] = []
    for whole in allParts {
      let inside =
        whole.path.isEmpty || !part.hasPrefix(whole.path + "/")
        ? part : String(part.dropFirst(whole.path.utf8.count + 1))
      let prefix = inside.hasSuffix(".") ? inside : inside + "."
      // The names of the part are without the wrappers, the argument can have them.
      for prefix in [prefix] + Checkpoint.withoutWrappers(prefix) {
        let own = whole.entries.filter { $0.name.hasPrefix(prefix) }
        if own.isEmpty { continue }
        let names = own.map {
          NetworkEntry(entry: $0.entry, name: String($0.name.dropFirst(prefix.count)))
        }
        found.append(
          NetworkPart(path: whole.path, prefix: prefix, isUnprefixed: false, entries: names))
        break
      }
    }
    guard !found.isEmpty else { throw fail(.noSuchPart(part)) }
    return found
  }

  private static func withoutWrappers(_ prefix: String) -> [String] {
    var rest = prefix[...]
    var found: [String] = []
    while let wrapper = wrappers.first(where: { rest.hasPrefix($0) }) {
      rest = rest.dropFirst(wrapper.count)
      if !rest.isEmpty { found.append(String(rest)) }
    }
    return found
  }

  private func value(at keys: [String]) -> CheckpointValue? {
    var value = values
    for key in keys {
      guard let inner = value.members?.first(where: { $0.key == key })?.value else { return nil }
      value = inner
    }
    if case .tensor = value { return nil }
    return value
  }

  /// Whether a key is that of another state, such as an optimizer's.
  private static func isOther(_ key: String) -> Bool {
    otherKeys.contains { key.lowercased().hasPrefix($0) }
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
