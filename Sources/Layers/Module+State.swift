public import Tensors

extension Module {
  /// All parameters and buffers with PyTorch's names, in PyTorch's order (`state_dict`).
  ///
  /// The tensors are row-major copies.
  public var stateDictionary: StateDictionary {
    StateDictionary(stateEntries.map { (name: $0.name, tensor: $0.entry.value.rowMajor) })
  }

  /// Names and shapes of all parameters and buffers, in PyTorch's order, without drawing initial values.
  package var stateShapes: [(name: String, shape: [Int])] {
    stateEntries.map { ($0.name, $0.entry.shape) }
  }

  /// True for buffers that a file may lack: batch counters, which PyTorch saves since 0.4.1.
  ///
  /// No result depends on them.
  package static func isOptionalEntry(_ name: String) -> Bool {
    name.hasSuffix("num_batches_tracked")
  }

  /// Copies values by name into parameters and buffers (`load_state_dict` with `strict=False`).
  ///
  /// Entries of another shape are not copied.
  ///
  /// - Parameter source: Tensors with the names of this module's `stateDictionary`.
  /// - Returns: The names that match, are missing, are unexpected, or differ in shape.
  @discardableResult
  public func load(_ source: StateDictionary) -> LoadReport {
    var report = LoadReport()
    var known = Set<String>()
    for (name, entry) in stateEntries {
      known.insert(name)
      guard let tensor = source[name] else {
        if !Module.isOptionalEntry(name) { report.missing.append(name) }
        continue
      }
      guard tensor.shape == entry.shape else {
        report.mismatched.append(.init(name: name, model: entry.shape, source: tensor.shape))
        continue
      }
      switch entry {
      case .parameter(let parameter): parameter.value = tensor
      case .buffer(let buffer): buffer.value = tensor
      }
      report.matched.append(name)
    }
    report.unexpected = source.names.filter { !known.contains($0) }.sorted()
    return report
  }

  private enum StateEntry {
    case parameter(Parameter)
    case buffer(ModuleBuffer)

    var value: Tensor {
      switch self {
      case .parameter(let parameter): parameter.value
      case .buffer(let buffer): buffer.value
      }
    }

    var shape: [Int] {
      switch self {
      case .parameter(let parameter): parameter.shape
      case .buffer(let buffer): buffer.value.shape
      }
    }
  }

  private var stateEntries: [(name: String, entry: StateEntry)] {
    var found: [(name: String, entry: StateEntry)] = []
    visit("") { path, _, members in
      let own = members()
      for (name, parameter) in own.parameters {
        found.append((joined(path, name), .parameter(parameter)))
      }
      for (name, buffer) in own.buffers { found.append((joined(path, name), .buffer(buffer))) }
    }
    return found
  }
}
