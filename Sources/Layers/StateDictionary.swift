public import Tensors

extension Module {
  /// Every parameter and buffer with PyTorch's name, in PyTorch's order; row-major copies.
  public var stateDictionary: [(name: String, tensor: Tensor)] {
    stateEntries.map { ($0.name, $0.entry.value.rowMajor) }
  }

  /// Names and shapes of every parameter and buffer, in PyTorch's order; draws no values.
  public var stateShapes: [(name: String, shape: [Int])] {
    stateEntries.map { ($0.name, $0.entry.shape) }
  }

  /// Something that a checkpoint holds.
  enum StateEntry {
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

  var stateEntries: [(name: String, entry: StateEntry)] {
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

  /// What `load` did with each name.
  public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Names that were found and taken.
    public var matched: [String] = []
    /// Names of the model that the source lacks.
    public var missing: [String] = []
    /// Names of the source that the model lacks.
    public var unexpected: [String] = []
    /// Names whose shapes differ: the model's, then the source's.
    public var mismatched: [Mismatch] = []

    /// A name whose shapes differ.
    public struct Mismatch: Sendable, Equatable {
      /// The entry's name.
      public let name: String
      /// The shape that the model has.
      public let model: [Int]
      /// The shape that the source has.
      public let source: [Int]
    }

    /// True if every entry of both sides met its match.
    public var isComplete: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

    /// One line per kind, with the first few names.
    public var description: String {
      func line(_ title: String, _ names: [String]) -> String? {
        names.isEmpty
          ? nil
          : "\(title) \(names.count): " + names.prefix(4).joined(separator: ", ")
            + (names.count > 4 ? ", …" : "")
      }
      let shapes = mismatched.map { "\($0.name) (model \($0.model), file \($0.source))" }
      return [
        "matched \(matched.count)", line("missing", missing), line("left over", unexpected),
        line("of another shape", shapes),
      ].compactMap(\.self).joined(separator: "\n")
    }
  }

  /// Takes values by name.
  ///
  /// Entries of another shape are left alone and reported.
  @discardableResult
  public func load(_ source: [String: Tensor]) -> LoadReport {
    var report = LoadReport()
    var known = Set<String>()
    for (name, entry) in stateEntries {
      known.insert(name)
      guard let tensor = source[name] else {
        // Old checkpoints lack this counter; nothing depends on it.
        if !name.hasSuffix("num_batches_tracked") { report.missing.append(name) }
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
    report.unexpected = source.keys.filter { !known.contains($0) }.sorted()
    return report
  }
}
