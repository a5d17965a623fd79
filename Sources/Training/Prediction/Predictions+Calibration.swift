import Tensors

extension Predictions {
  /// The same outputs under another calibration: probabilities, losses and decisions are computed anew.
  ///
  /// - Parameter calibration: Temperature and threshold; nil: none.
  /// - Returns: The predictions.
  public func calibrated(by calibration: PredictorCalibration?) -> Predictions {
    guard count > 0 else { return self }
    // Of two columns for one output, the second is the output.
    let raw = isWidened ? outputs.map { [$0[1]] } : outputs
    let columns = raw[0].count
    let scaled = calibration.scaled(
      Tensor(Array(raw.joined()), shape: [count, columns]))
    let flat = lossFunction.activation(scaled).floatScalars
    let labels: Tensor? =
      !targets.isEmpty
      ? Tensor(targets.map { Int64($0) })
      : targetValues.isEmpty
        ? nil : Tensor(Array(targetValues.joined()), shape: [count, targetValues[0].count])
    var found = Predictions(
      outputs: raw,
      probabilities: raw.indices.map { Array(flat[($0 * columns)..<(($0 + 1) * columns)]) },
      targets: targets,
      losses: losses.isEmpty
        ? [] : labels.map { lossFunction.perItem(scaled, $0).floatScalars.map(Double.init) } ?? [],
      itemIndices: itemIndices, targetValues: targetValues, lossFunction: lossFunction,
      threshold: calibration?.threshold)
    found.items = items
    found.skipped = skipped
    return isWidened ? found.columns(forClasses: 2) : found
  }
}
