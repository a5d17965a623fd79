extension Module {
  /// The result of loading a state dictionary: PyTorch's missing and unexpected keys, and shapes.
  public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Names that were found and copied.
    public package(set) var matched: [String] = []
    /// Names of the model that the source lacks (`missing_keys`).
    public package(set) var missing: [String] = []
    /// Names of the source that the model lacks (`unexpected_keys`).
    public package(set) var unexpected: [String] = []
    /// Entries whose shapes differ; they were not copied.
    public package(set) var mismatched: [Mismatch] = []

    /// An entry whose shapes differ.
    public struct Mismatch: Sendable, Equatable {
      /// The name.
      public let name: String
      /// The shape in the model.
      package let model: [Int]
      /// The shape in the source.
      package let source: [Int]
    }

    /// True if both sides have the same names and shapes.
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
        "matched \(matched.count)", line("missing", missing), line("unexpected", unexpected),
        line("wrong shape", shapes),
      ].compactMap(\.self).joined(separator: "\n")
    }
  }
}
