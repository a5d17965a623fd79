import Tensors

/// What was fitted on validation predictions after training, and is stored with the model: a temperature, and the
/// threshold of a two-class decision.
///
///     let validation = try predictor.getPreds(validItems)
///     let calibrated = predictor.calibrated(
///       PredictorCalibration(fittedTo: validation, decidingBy: .sensitivity(atLeast: 0.95)))
public struct PredictorCalibration: Sendable, Equatable, Codable {
  /// Outputs are divided by it before the activation; nil: 1.
  public var temperature: Double?
  /// The probability, after the temperature, from which the second of two classes is decided; nil: the more probable.
  public var threshold: Double? { decision?.threshold }
  /// The threshold with how it was chosen; nil: the more probable class is decided.
  public var decision: DecisionThreshold?

  /// Creates a calibration from its parts.
  ///
  /// - Precondition: The temperature is positive and finite.
  public init(temperature: Double? = nil, decision: DecisionThreshold? = nil) {
    precondition(
      temperature.map { $0 > 0 && $0.isFinite } ?? true,
      "the temperature is \(temperature ?? 0), not a positive number")
    self.temperature = temperature
    self.decision = decision
  }

  /// Creates a calibration with a threshold of your own.
  public init(temperature: Double? = nil, threshold: Double) {
    self.init(temperature: temperature, decision: DecisionThreshold(threshold))
  }

  /// Fits a temperature and chooses a threshold on validation predictions, which should not have been trained on.
  ///
  /// - Parameters:
  ///   - predictions: Predictions of labeled items, made without calibration or with any.
  ///   - fitsTemperature: Whether to scale by a temperature.
  ///   - criterion: How to choose the threshold of two classes. Default: no threshold.
  public init(
    fittedTo predictions: Predictions, fitsTemperature: Bool = true,
    decidingBy criterion: DecisionCriterion? = nil
  ) {
    let temperature = fitsTemperature ? TemperatureScaling.fit(predictions) : nil
    self.init(temperature: temperature)
    guard let criterion, predictions.classCount <= 2, !predictions.targets.isEmpty else { return }
    // The threshold is about probabilities after the temperature.
    let scaled = predictions.calibrated(by: self)
    decision = DecisionThreshold(
      scores: scaled.probabilities.map { Double($0[$0.count - 1]) },
      positives: predictions.targets.map { $0 == 1 }, by: criterion)
  }

  /// Decodes a calibration.
  ///
  /// - Throws: `DecodingError` if the temperature is not positive.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    temperature = try fields.decodeIfPresent(Double.self, forKey: .temperature)
    decision = try fields.decodeIfPresent(DecisionThreshold.self, forKey: .decision)
    if let temperature, !(temperature > 0 && temperature.isFinite) {
      throw DecodingError.dataCorruptedError(
        forKey: .temperature, in: fields,
        debugDescription: "the temperature is \(temperature), not a positive number")
    }
  }

  private enum CodingKeys: String, CodingKey { case temperature, decision }

  /// What is wrong with a value of a file; nil if nothing is.
  package var fault: (field: String, problem: String)? {
    if let temperature {
      // Outputs are float32.
      let factor = Float(1 / temperature)
      guard temperature > 0, factor > 0, factor.isFinite else {
        return ("temperature", "it is \(temperature), but must be a positive number")
      }
    }
    return decision?.fault.map { ("decision.\($0.field)", $0.problem) }
  }

  /// What is wrong with a value of a file for a model of so many classes; nil if nothing is.
  package func fault(classCount: Int) -> (field: String, problem: String)? {
    guard decision == nil || classCount == 2 else {
      return ("decision", "it is a threshold of two classes, but there are \(classCount)")
    }
    return fault
  }
}

extension Optional where Wrapped == PredictorCalibration {
  /// Outputs divided by the temperature; unchanged without one.
  func scaled(_ outputs: Tensor) -> Tensor {
    guard let temperature = self?.temperature, temperature != 1 else { return outputs }
    return outputs * Float(1 / temperature)
  }
}
