public import DataBlocks
public import Layers
import Tensors

/// A model with the vocabulary, pipeline and loss that it needs to classify files.
public struct Predictor {
  /// Maps images to logits.
  public let model: Module
  /// The classes, in the order of the outputs.
  public let vocab: [String]
  /// Maps a file to the model's input.
  public let pipeline: Pipeline
  /// The loss; its activation turns outputs into probabilities.
  package let lossFunction: LossFunction

  /// Creates a predictor.
  public init(
    model: Module, vocab: [String], pipeline: Pipeline,
    lossFunction: LossFunction = .crossEntropy()
  ) {
    self.model = model
    self.vocab = vocab
    self.pipeline = pipeline
    self.lossFunction = lossFunction
  }

  /// Reads a file and runs the pipeline in validation mode.
  ///
  /// - Parameters:
  ///   - path: A DICOM, PNG or JPEG file.
  ///   - frame: The frame of a DICOM file, from 0; nil: as the pipeline's `ReadImage` says.
  /// - Returns: The model's input with the original and the geometry between them.
  /// - Throws: `DataError` naming the file.
  public func prepare(_ path: String, frame: Int? = nil) throws(DataError) -> PreparedImage {
    try pipeline.prepare(path, frame: frame)
  }

  /// The most probable class of a file, its index, and the probability of every class: fastai's `learn.predict`.
  ///
  /// - Parameters:
  ///   - path: A DICOM, PNG or JPEG file.
  ///   - frame: The frame of a DICOM file, from 0; nil: as the pipeline's `ReadImage` says.
  /// - Returns: The class, its index, and the probabilities in the order of the vocabulary.
  /// - Throws: `DataError` naming the file if it cannot be read, or if the output is NaN or infinite.
  public func predict(_ path: String, frame: Int? = nil) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) {
    let answer = predict(try prepare(path, frame: frame))
    guard answer.probabilities.allSatisfy(\.isFinite) else {
      throw DataError(.outputNotFinite, path: DataItem(path: path, frame: frame).name)
    }
    return answer
  }

  /// The most probable class of a prepared image, its index, and the probability of every class.
  public func predict(_ image: PreparedImage) -> (
    label: String, index: Int, probabilities: [Double]
  ) {
    let logits = model.evaluating { model(image.input) }
    var probabilities = lossFunction.activation(logits).floatScalars.map(Double.init)
    // One output is the logit of the second of two classes.
    if probabilities.count == 1, vocab.count == 2 {
      probabilities = [1 - probabilities[0], probabilities[0]]
    }
    let index = probabilities.indices.dropFirst().reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
    return (vocab[index], index, probabilities)
  }

  /// Outputs, probabilities and losses of items, in their order: fastai's `get_preds`.
  ///
  /// - Parameters:
  ///   - items: Items, with labels or without.
  ///   - batchSize: Items per batch (`bs`).
  ///   - workers: Threads that read and transform; 0: the calling thread. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Returns: One row per item that was read; `itemIndices` are positions in `items`. The files that were skipped
  ///   are in `skipped`.
  /// - Throws: `DataError` naming all files that cannot be read, or an item whose label is not in the vocabulary;
  ///   also if all files were skipped; `LightboxError` if there is not enough memory for a batch.
  public func predictions(
    for items: [DataItem], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws -> Predictions {
    let loader = try DataLoader(
      items, pipeline: pipeline, target: CategoryBlock(vocab: vocab), mode: .validation,
      batchSize: batchSize, workers: workers, unreadable: unreadable)
    let size = pipeline.inputSize
    try MemoryNeed(
      of: model,
      input: [
        min(batchSize, max(items.count, 1)), pipeline.inputChannels, size.height, size.width,
      ],
      training: false, batchesAhead: loader.batchesAhead
    ).check()
    do {
      var predictions = try Predictions(of: model, on: loader, lossFunction: lossFunction)
      predictions.skipped = loader.skipped
      return predictions
    } catch {
      throw DataLoader.listing(error, of: [loader])
    }
  }
}
