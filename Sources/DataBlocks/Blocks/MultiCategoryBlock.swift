import Files
public import Tensors

/// Any number of labels per item: fastai's `MultiCategoryBlock`.
///
/// Targets are float32, `[items, labels]`: 1 for the labels that an item has, else 0. The label of an item is one text,
/// such as "Effusion;Mass"; an empty text means that it has none of them.
public struct MultiCategoryBlock: TargetBlock {
  /// The labels; their positions are the model's outputs.
  public let vocab: [String]
  /// What separates the labels of an item (`label_delim`); nil until it is known.
  public let labelDelimiter: String?
  private let indices: [String: Int]
  private let isGiven: Bool

  /// The delimiters that are looked for if none is given.
  package static let delimiters = [";", "|"]

  /// Creates a block.
  ///
  /// - Parameters:
  ///   - vocab: The labels in the order of the outputs. Default: all labels of the training items, sorted.
  ///   - labelDelimiter: What separates labels (`label_delim`). Default: ";" if it occurs in a training item, else "|" if
  ///     that does, else a space.
  /// - Precondition: The delimiter is not empty, and no label is given twice.
  public init(vocab: [String]? = nil, labelDelimiter: String? = nil) {
    self.init(vocab: vocab ?? [], isGiven: vocab != nil, labelDelimiter)
  }

  private init(vocab: [String], isGiven: Bool, _ labelDelimiter: String?) {
    precondition(labelDelimiter != "", "the label delimiter is empty")
    precondition(Set(vocab).count == vocab.count, "a label occurs twice in \(vocab)")
    self.vocab = vocab
    self.isGiven = isGiven
    self.labelDelimiter = labelDelimiter
    indices = Dictionary(uniqueKeysWithValues: vocab.enumerated().map { ($1, $0) })
  }

  /// False: the label is all of the target.
  public var annotates: Bool { false }
  /// The number of labels.
  public var outputCount: Int { vocab.count }

  /// An item can have no label.
  public var acceptsEmptyLabel: Bool { true }

  /// Takes the sorted union of the items' labels as vocabulary, unless one was given.
  ///
  /// - Throws: `DataError` if no item has a label.
  public func fitted(to items: [DataItem]) throws(DataError) -> MultiCategoryBlock {
    let texts = items.compactMap(\.label)
    let delimiter =
      labelDelimiter
      ?? Self.delimiters.first { mark in texts.contains { $0.contains(mark) } } ?? " "
    if isGiven { return MultiCategoryBlock(vocab: vocab, isGiven: true, delimiter) }
    let found = MultiCategoryBlock(vocab: [], isGiven: false, delimiter)
    let vocab = Set(texts.flatMap(found.labels)).sorted()
    guard !vocab.isEmpty else { throw DataError(.noLabels) }
    return MultiCategoryBlock(vocab: vocab, isGiven: false, delimiter)
  }

  /// The labels in the text of an item, without blanks around them; none in an empty text.
  public func labels(_ text: String) -> [String] {
    let delimiters = labelDelimiter.map { [$0] } ?? Self.delimiters
    let mark = delimiters.first { text.contains($0) } ?? delimiters[0]
    return text.components(separatedBy: mark).map(\.trimmed).filter { !$0.isEmpty }
  }

  /// Throws a `DataError` if one of the labels is not in the vocabulary.
  public func check(_ label: String) throws(DataError) {
    for name in labels(label) where indices[name] == nil {
      throw DataError(.unknownLabel(name, known: vocab))
    }
  }

  /// 1 for each label that an item has, else 0; float32, `[items, labels]`.
  public func encode(_ labels: [String]) -> Tensor {
    var values = [Float](repeating: 0, count: labels.count * vocab.count)
    for (row, text) in labels.enumerated() {
      for name in self.labels(text) {
        guard let index = indices[name] else {
          preconditionFailure("the label \(name) is not in the vocabulary \(vocab)")
        }
        values[row * vocab.count + index] = 1
      }
    }
    return Tensor(values, shape: [labels.count, vocab.count])
  }
}

extension String {
  /// The parts between the occurrences of a mark.
  fileprivate func components(separatedBy mark: String) -> [String] {
    split(separator: mark, omittingEmptySubsequences: false).map(String.init)
  }
}
