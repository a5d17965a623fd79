public import Tensors

/// One class out of a vocabulary: fastai's `CategoryBlock`.
///
/// Targets are int64 class indices, `[items]`.
public struct CategoryBlock: TargetBlock {
  /// The classes; their positions are the model's outputs.
  public let vocab: [String]
  private let indices: [String: Int64]
  private let isGiven: Bool

  /// Creates a block.
  ///
  /// - Parameter vocab: The classes in the order of the outputs. Default: the labels of the training items, sorted.
  public init(vocab: [String]? = nil) { self.init(vocab: vocab ?? [], isGiven: vocab != nil) }

  private init(vocab: [String], isGiven: Bool) {
    self.vocab = vocab
    self.isGiven = isGiven
    indices = Dictionary(
      vocab.enumerated().map { ($1, Int64($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// False: the label is all of the target.
  public var annotates: Bool { false }
  /// The number of classes.
  public var outputCount: Int { vocab.count }

  /// Takes the sorted labels of the items as vocabulary, unless one was given.
  ///
  /// - Throws: `DataError` if there are fewer than two classes.
  public func fitted(to items: [DataItem]) throws(DataError) -> CategoryBlock {
    if isGiven { return self }
    let vocab = Set(items.compactMap(\.label)).sorted()
    guard vocab.count > 1 else { throw DataError(.oneClass(vocab.first)) }
    return CategoryBlock(vocab: vocab, isGiven: false)
  }

  /// Throws a `DataError` if the label is not in the vocabulary.
  public func check(_ label: String) throws(DataError) {
    guard indices[label] != nil else { throw DataError(.unknownLabel(label, known: vocab)) }
  }

  /// Class indices, int64.
  public func encode(_ labels: [String]) -> Tensor {
    Tensor(
      labels.map { label in
        guard let index = indices[label] else {
          preconditionFailure("the label \(label) is not in the vocabulary \(vocab)")
        }
        return index
      })
  }
}
