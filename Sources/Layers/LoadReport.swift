extension Module {
  /// The result of loading a state dictionary: PyTorch's missing and unexpected keys, and shapes.
  public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Names that were found and copied.
    package var matched: [String] = []
    /// Names of the model that the source lacks (`missing_keys`).
    public package(set) var missing: [String] = []
    /// Names of the source that the model lacks (`unexpected_keys`).
    public package(set) var unexpected: [String] = []
    /// Entries whose shapes differ; they were not copied.
    package var mismatched: [Mismatch] = []
    /// Filters that were adapted to another number of input channels.
    package var adapted: [Mismatch] = []
    /// The prefixes of the networks in the source if there are several; nothing was copied.
    package var networks: [String] = []

    /// An entry whose shapes differ.
    package struct Mismatch: Sendable, Equatable {
      package let name: String
      /// The shape in the model.
      package let model: [Int]
      /// The shape in the source.
      package let source: [Int]

      package init(name: String, model: [Int], source: [Int]) {
        self.name = name
        self.model = model
        self.source = source
      }
    }

    package init() {}

    /// True if both sides have the same names and shapes.
    public var isComplete: Bool {
      missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty && adapted.isEmpty
        && networks.isEmpty
    }

    /// The number of names of each kind, with the first few that do not match: "104 matched, 2 missing
    /// (fc.weight, fc.bias)".
    public var description: String {
      func part(_ names: [String], _ kind: String) -> String? {
        guard !names.isEmpty else { return nil }
        let shown = names.prefix(2).joined(separator: ", ")
        return "\(names.count) \(kind) (\(shown)\(names.count > 2 ? ", …" : ""))"
      }
      func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
      func pairs(_ entries: [Mismatch]) -> [String] {
        entries.map { "\($0.name): model \(text($0.model)), file \(text($0.source))" }
      }
      return [
        networks.isEmpty ? nil : "several networks: \(networks.joined(separator: ", "))",
        "\(matched.count) matched", part(missing, "missing"), part(unexpected, "unexpected"),
        part(pairs(mismatched), "of another shape"),
        part(pairs(adapted), "for another number of channels"),
      ].compactMap(\.self).joined(separator: ", ")
    }
  }
}
