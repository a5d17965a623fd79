public import DataBlocks
public import Layers
import Tensors

/// A model with all that is needed to answer for a file: its classes and its preprocessing.
public struct Predictor {
  /// Images in, logits out.
  public let model: Module
  /// The classes, in the order of the outputs.
  public let vocab: [String]
  /// What happens to an image before the model sees it.
  public let preprocessing: Preprocessing

  /// Makes a predictor.
  public init(model: Module, vocab: [String], preprocessing: Preprocessing) {
    self.model = model
    self.vocab = vocab
    self.preprocessing = preprocessing
  }

  /// Reads and prepares a file.
  ///
  /// - Throws: `DataError` naming the file and the reason.
  public func prepare(_ path: String) throws(DataError) -> PreparedImage {
    try preprocessing.prepare(path)
  }

  /// The class of a file, its number, and the probability of every class.
  ///
  /// - Throws: `DataError` naming the file and the reason.
  public func predict(_ path: String) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) {
    predict(try prepare(path))
  }

  /// The class of a prepared image, its number, and the probability of every class.
  public func predict(_ image: PreparedImage) -> (
    label: String, index: Int, probabilities: [Double]
  ) {
    let logits = model.evaluating { model(image.input) }
    let probabilities = logits.softmax(axis: -1).floatScalars.map(Double.init)
    let index = probabilities.indices.dropFirst().reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
    return (vocab[index], index, probabilities)
  }
}
