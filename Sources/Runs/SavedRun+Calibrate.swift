import Checkpoints
public import DataBlocks
import Foundation
import Logbook
public import Training

/// The threshold that a calibration stores.
public enum CalibrationThreshold: Sendable, Equatable {
  /// Chosen on the validation images.
  case chosen(DecisionCriterion)
  /// A probability of your own, 0 to 1.
  case fixed(Double)

  /// Reads "youden", "sensitivity:0.95", "specificity:0.9" or a probability; nil for other texts.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    func share(_ text: Substring) -> Double? {
      Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    switch (parts.first, parts.count) {
    case ("youden", 1): self = .chosen(.youden)
    case ("sensitivity", 2):
      guard let least = share(parts[1]) else { return nil }
      self = .chosen(.sensitivity(atLeast: least))
    case ("specificity", 2):
      guard let least = share(parts[1]) else { return nil }
      self = .chosen(.specificity(atLeast: least))
    default:
      guard parts.count == 1, let value = share(parts[0]) else { return nil }
      self = .fixed(value)
    }
  }
}

extension SavedRun {
  /// Chooses a temperature and a decision threshold on the run's validation images, and stores them in its folder.
  ///
  ///     try SavedRun("run").calibrate(threshold: .chosen(.sensitivity(atLeast: 0.95)))
  ///     let run = try SavedRun("run")  // Its predictor has both.
  ///
  /// A calibration that the run has already is replaced.
  ///
  /// - Parameters:
  ///   - temperature: Whether outputs are scaled by a temperature.
  ///   - threshold: The threshold of the second of two classes, after the temperature; nil: none.
  ///   - split: "valid"; other parts are refused, with the reason.
  ///   - batchSize: Images per batch.
  ///   - workers: Threads that read and transform. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  ///   - notify: Receives why no temperature was chosen, if only the threshold could be.
  /// - Returns: The calibration with measures before and after.
  /// - Throws: `CalibrationError` if it cannot be chosen, `DataError` if an image cannot be read or an output is not
  ///   finite, `FileError` if it cannot be stored.
  @discardableResult
  public func calibrate(
    temperature: Bool = true, threshold: CalibrationThreshold? = nil, split: String = "valid",
    batchSize: Int = 32, workers: Int? = nil, unreadable: UnreadablePolicy = .stop,
    notify: (CalibrationError) -> Void = { _ in }
  ) throws -> RunCalibration {
    guard DataSplit(name: split) == .valid else { throw CalibrationError(.split(split)) }
    guard temperature || threshold != nil else { throw CalibrationError(.nothing) }
    let raw = predictor.calibrated(nil)
    if case .identity = raw.lossFunction.decoding { throw CalibrationError(.numbers) }
    if threshold != nil {
      guard raw.lossFunction.decoding.isOneClass || raw.target is CategoryBlock else {
        throw CalibrationError(.notOneClass)
      }
      guard vocab.count == 2 else { throw CalibrationError(.classCount(vocab.count)) }
    }
    let selected = try ownItems(split: "valid")
    let items = raw.pipeline.itemsPerFrame(selected.items, workers: workers)
    let plain = try raw.getPreds(
      items, batchSize: min(batchSize, max(items.count, 1)), workers: workers,
      unreadable: unreadable
    ).columns(forClasses: vocab.count)
    if let row = plain.probabilities.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
      throw DataError(.outputNotFinite, path: items[plain.itemIndices[row]].name)
    }
    var found = temperature ? TemperatureScaling.fit(plain) : nil
    if let limit = found,
      [TemperatureScaling.range.lowerBound, TemperatureScaling.range.upperBound].contains(limit)
    {
      let error = CalibrationError(.undetermined(images: plain.count, isSharper: limit < 1))
      // The threshold does not depend on a temperature: the order of the probabilities stays.
      guard threshold != nil else { throw error }
      notify(error)
      found = nil
    }
    var fitted = PredictorCalibration(temperature: found)
    switch threshold {
    case nil: break
    case .fixed(let value): fitted.decision = DecisionThreshold(value)
    case .chosen(let criterion):
      let scaled = plain.calibrated(by: fitted)
      guard
        let decision = DecisionThreshold(
          scores: scaled.probabilities.map { Double($0[1]) },
          positives: plain.targets.map { $0 == 1 }, by: criterion)
      else { throw CalibrationError(.oneClass(images: plain.count)) }
      fitted.decision = decision
    }
    let file = folder.checkpointPath(checkpoint)
    let result = RunCalibration(
      checkpoint: checkpoint, steps: try Checkpoint(contentsOf: file).metadata["steps"],
      split: selected.name, images: plain.count, className: vocab.count == 2 ? vocab[1] : nil,
      fitted, before: .init(plain, vocab: vocab),
      after: .init(plain.calibrated(by: fitted), vocab: vocab))
    try result.write(to: folder)
    return result
  }
}

extension RunCalibration.Measures {
  /// Measures predictions of labeled items.
  init(_ predictions: Predictions, vocab: [String]) {
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    guard !predictions.targets.isEmpty else {
      // Labels that do not exclude each other: each counts alone.
      let pairs = zip(predictions.probabilities, predictions.targetValues).flatMap { row, targets in
        zip(row, targets).map { (Double($0), $1 > 0.5) }
      }
      let decided = predictions.decodedLabels.flatMap(\.self)
      expectedCalibrationError =
        Calibration(
          confidences: pairs.map(\.0), outcomes: pairs.map(\.1)
        ).expectedError
      logLoss = finite(
        pairs.reduce(0) { sum, pair in
          sum - Self.logarithm(pair.1 ? pair.0 : 1 - pair.0)
        } / Double(max(pairs.count, 1)))
      accuracy = .proportion(zip(decided, pairs).count { $0 == $1.1 }, of: pairs.count)
      (sensitivity, specificity) = (.undefined, .undefined)
      return
    }
    let decided = predictions.decoded
    let isBinary = vocab.count == 2
    expectedCalibrationError = finite(
      Metric.expectedCalibrationError(of: isBinary ? .positive : .confidence).value(predictions))
    logLoss = finite(Metric.logLoss.value(predictions))
    accuracy = .proportion(
      zip(decided, predictions.targets).count { $0 == $1 }, of: predictions.count)
    let counts = OperatingPoint(
      decisions: decided.map { $0 == 1 }, positives: predictions.targets.map { $0 == 1 })
    sensitivity = isBinary ? counts.sensitivity : .undefined
    specificity = isBinary ? counts.specificity : .undefined
  }

  private static func logarithm(_ probability: Double) -> Double {
    log(max(probability, .ulpOfOne))
  }
}
