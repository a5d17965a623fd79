/// Loaders for training and validation, and what they share.
public struct DataLoaders: Sendable {
  /// Shuffled, augmented; the last batch is left out if it is not full.
  public let train: DataLoader
  /// In order, as they are; nil where there is nothing to validate on.
  public let valid: DataLoader?
  /// The classes, sorted; their positions are the model's outputs.
  public let vocab: [String]
  /// What happens to an image outside of training.
  public let preprocessing: Preprocessing
  private let workers: Int?

  /// Makes loaders from items that are split already.
  ///
  /// - Throws: `DataError` for one class only, for a label that only validation has, for an empty side.
  public init(
    train: [DataItem], valid: [DataItem], resize: Resize, batchTransforms: [BatchTransform] = [],
    batchSize: Int = 64,
    workers: Int? = nil, seed: UInt64 = 42, unreadable: UnreadablePolicy = .stop
  ) throws(DataError) {
    guard !train.isEmpty else { throw DataError(.noItems("training")) }
    let vocab = Set(train.compactMap(\.label)).sorted()
    guard vocab.count > 1 else { throw DataError(.oneClass(vocab.first)) }
    for item in valid {
      if let label = item.label, !vocab.contains(label) {
        throw DataError(.unknownLabel(label, known: vocab), path: item.path)
      }
    }
    var preprocessing = Preprocessing(resize: resize)
    var augment: AugTransforms?
    for transform in batchTransforms {
      switch transform {
      case .crop(let crop): preprocessing.crop = crop
      case .augment(let transforms): augment = transforms
      case .normalize(let statistics): preprocessing.normalize = statistics
      }
    }
    self.vocab = vocab
    self.preprocessing = preprocessing
    self.workers = workers
    self.train = DataLoader(
      train, vocab: vocab, preprocessing: preprocessing, augment: augment, isTraining: true,
      batchSize: batchSize, workers: workers, seed: seed, unreadable: unreadable)
    self.valid =
      valid.isEmpty
      ? nil
      : DataLoader(
        valid, vocab: vocab, preprocessing: preprocessing, augment: nil, isTraining: false,
        batchSize: batchSize, workers: workers, seed: seed, unreadable: unreadable)
  }

  /// A loader for files outside of training, in their order (fastai's `test_dl`).
  public func testLoader(_ paths: [String], batchSize: Int? = nil) -> DataLoader {
    testLoader(items: paths.map { DataItem(path: $0) }, batchSize: batchSize)
  }

  /// A loader for items outside of training, in their order; labels are kept where there are some.
  public func testLoader(items: [DataItem], batchSize: Int? = nil) -> DataLoader {
    DataLoader(
      items, vocab: vocab, preprocessing: preprocessing, augment: nil, isTraining: false,
      batchSize: batchSize ?? train.batchSize, workers: workers, seed: 0, unreadable: .stop)
  }
}
