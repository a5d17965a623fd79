public import DataBlocks
public import Foundation
public import Imaging
public import Layers
package import Tensors

/// A model with the vocabulary, pipeline and loss that it needs to classify files.
///
/// A predictor can be used by many threads at once: they read and transform images at the same time, and take turns
/// with the network, which uses all cores for each of them. Nothing else may change or train the model meanwhile.
public struct Predictor: @unchecked Sendable {
  // @unchecked: `model` runs within `Module.exclusively` only; everything else is a value.

  /// Maps images to logits.
  public let model: Module
  /// The classes, in the order of the outputs; empty for a regression.
  public let vocab: [String]
  /// Maps a file to the model's input.
  public let pipeline: Pipeline
  /// From labels to targets.
  public let target: any TargetBlock
  /// The temperature and the decision threshold; nil: probabilities as the model gives them, decided by the loss's rule.
  public let calibration: PredictorCalibration?
  /// The loss; its activation and decoding turn outputs into an answer.
  package let lossFunction: LossFunction

  /// Creates a predictor.
  ///
  /// - Parameters:
  ///   - model: Maps images to logits.
  ///   - vocab: The classes, in the order of the outputs.
  ///   - pipeline: Maps a file to the model's input.
  ///   - lossFunction: Its activation and decoding turn outputs into an answer. Default: what belongs to the target.
  ///   - target: From labels to targets. Default: one of the classes.
  ///   - calibration: The temperature and the decision threshold.
  public init(
    model: Module, vocab: [String], pipeline: Pipeline, lossFunction: LossFunction? = nil,
    target: (any TargetBlock)? = nil, calibration: PredictorCalibration? = nil
  ) {
    let target = target ?? CategoryBlock(vocab: vocab)
    self.model = model
    self.vocab = vocab
    self.pipeline = pipeline
    self.lossFunction = lossFunction ?? .standard(for: target)
    self.target = target
    self.calibration = calibration
  }

  /// Outputs are divided by it before the activation; nil: 1.
  public var temperature: Double? { calibration?.temperature }

  /// The probability from which the second of two classes is decided; nil: the loss's rule.
  public var threshold: Double? { calibration?.threshold }

  /// The same predictor with another calibration; nil: none.
  public func calibrated(_ calibration: PredictorCalibration?) -> Predictor {
    Predictor(
      model: model, vocab: vocab, pipeline: pipeline, lossFunction: lossFunction, target: target,
      calibration: calibration)
  }

  /// Probabilities of outputs: the loss's activation after the temperature.
  package func activation(_ outputs: Tensor) -> Tensor {
    lossFunction.activation(calibration.scaled(outputs))
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

  // MARK: One image

  /// The class of a file, its index, and the probability of every class: fastai's `learn.predict`.
  ///
  /// The class is the most probable one, or that of the decision threshold. Of a model whose labels do not exclude each
  /// other `label` has all that are present, separated by ";", of a regression the numbers; the index is then that of
  /// the highest output.
  ///
  /// - Parameters:
  ///   - path: A DICOM, PNG or JPEG file.
  ///   - frame: The frame of a DICOM file, from 0; nil: as the pipeline's `ReadImage` says.
  /// - Returns: The class, its index, and the probabilities in the order of the vocabulary.
  /// - Throws: `DataError` naming the file if it cannot be read, or if the output is NaN or infinite.
  public func predict(_ path: String, frame: Int? = nil) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try finite(predict(prepare(path, frame: frame)), DataItem(path: path, frame: frame).name) }

  /// The class of a DICOM, PNG or JPEG file that is in memory.
  ///
  /// - Parameters:
  ///   - data: The file's content.
  ///   - name: The name of the file in messages.
  /// - Returns: As for a path.
  /// - Throws: `DataError` if the content cannot be read, or if the output is NaN or infinite.
  public func predict(_ data: Data, name: String = "data") throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try predict([UInt8](data), name: name) }

  /// The class of a DICOM, PNG or JPEG file that is in memory.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - name: The name of the file in messages.
  /// - Returns: As for a path.
  /// - Throws: `DataError` if the content cannot be read, or if the output is NaN or infinite.
  public func predict(_ bytes: [UInt8], name: String = "bytes") throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try finite(predict(pipeline.prepare(bytes: bytes, name: name)), name) }

  /// The class of pixels in memory, 8 bits per sample.
  ///
  /// - Parameter pixels: A grayscale or color image.
  /// - Returns: As for a path.
  /// - Throws: `DataError` if the channels do not fit, or if the output is NaN or infinite.
  public func predict(_ pixels: PixelBuffer) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try finite(predict(pipeline.prepare(pixels)), "pixels") }

  /// The class of a prepared image, its index, and the probability of every class; NaN if the output is.
  public func predict(_ image: PreparedImage) -> (
    label: String, index: Int, probabilities: [Double]
  ) {
    let (outputs, probabilities) = model.evaluating {
      let outputs = model(image.input)
      return (outputs.floatScalars, activation(outputs).floatScalars)
    }
    let row = Predictions(
      outputs: [outputs], probabilities: [probabilities], targets: [], lossFunction: lossFunction,
      threshold: threshold
    ).columns(forClasses: vocab.count)
    return (
      row.answer(ofRow: 0, vocab: vocab), row.decoded[0], row.probabilities[0].map(Double.init)
    )
  }

  /// The class for the probabilities of all classes: by the threshold, else the most probable one.
  package func decided(_ probabilities: [Double]) -> Int {
    if let threshold, probabilities.count == 2 { return probabilities[1] >= threshold ? 1 : 0 }
    return probabilities.indices.dropFirst().reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
  }

  private func finite(
    _ answer: (label: String, index: Int, probabilities: [Double]), _ name: String
  ) throws(DataError) -> (label: String, index: Int, probabilities: [Double]) {
    guard answer.probabilities.allSatisfy(\.isFinite) else {
      throw DataError(.outputNotFinite, path: name)
    }
    return answer
  }
}
