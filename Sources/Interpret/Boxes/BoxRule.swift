package import Imaging

/// How boxes are made from a map, by name: `BoxRule("relative:0.5")`.
///
/// All rules but `peakCell` keep the pixels of the model's input at or above a threshold of the map's positive part;
/// each connected region of them is a box. The text of a rule is what command lines and files hold.
public enum BoxRule: Sendable, Hashable {
  /// The cell of the highest value of the map, as fmi's `get_boxes`: one box of a fixed size.
  case peakCell
  /// A share of the map's maximum, above 0 and up to 1.
  case relative(Double)
  /// A value of the map, above 0. Compares images only where maps are not scaled by their maximum.
  case absolute(Double)
  /// A quantile of the pixels, 0 to 1: 0.95 keeps the highest 5 % of the model's input.
  case quantile(Double)
  /// Otsu's threshold between two groups of values.
  case otsu
  /// The smallest set of pixels that holds a fraction of the positive map, above 0 and up to 1.
  case mass(Double)
  /// A share of the maximum that was chosen on validation masks (`CalibratedThreshold`); nil until it is known.
  case calibrated(Double?)
}

extension BoxRule {
  /// The rule with the threshold that was chosen for a model, if it needs one.
  ///
  /// - Parameter calibration: The model's threshold; nil if none was chosen.
  /// - Returns: The same rule, unless it is `calibrated` without a threshold.
  /// - Throws: `BoxRuleError` if the rule is `calibrated` and there is no threshold.
  public func resolved(
    _ calibration: CalibratedThreshold?
  ) throws(BoxRuleError) -> BoxRule {
    guard self == .calibrated(nil) else { return self }
    guard let calibration else { throw BoxRuleError(.notCalibrated) }
    return .calibrated(calibration.threshold)
  }

  /// The lowest value of a map that counts.
  ///
  /// - Parameter map: The positive part of a map, on the pixels of the model's input.
  /// - Returns: nil if no pixel counts.
  /// - Precondition: The rule has a threshold and is resolved.
  package func threshold(of map: ScalarImage) -> Float? {
    guard let peak = map.values.max(), peak > 0 else { return nil }
    let threshold: Float? =
      switch self {
      case .peakCell: preconditionFailure("peak-cell has no threshold")
      case .relative(let share): RelativeThreshold.value(share, peak: peak)
      case .calibrated(let share?): RelativeThreshold.value(share, peak: peak)
      case .calibrated(nil):
        preconditionFailure("a calibrated rule needs its threshold: use resolved(_:)")
      case .absolute(let value): .atLeast(value)
      case .quantile(let share): QuantileThreshold.value(share, of: map)
      case .otsu: OtsuThreshold.value(of: map)
      case .mass(let fraction): MassThreshold.value(fraction, of: map)
      }
    // Zeros are the part of the map that is not positive.
    return threshold.flatMap { $0 <= peak ? max($0, .leastNonzeroMagnitude) : nil }
  }
}

extension Float {
  /// The lowest value that is at least a double.
  static func atLeast(_ value: Double) -> Float {
    let nearest = Float(value)
    return Double(nearest) < value ? nearest.nextUp : nearest
  }

  /// The lowest value above a double.
  static func above(_ value: Double) -> Float {
    let nearest = Float(value)
    return Double(nearest) <= value ? nearest.nextUp : nearest
  }
}

extension ScalarImage {
  /// The values above zero, and zero in place of the others.
  package var positivePart: ScalarImage {
    ScalarImage(width: width, height: height, values: values.map { $0 > 0 ? $0 : 0 })
  }
}
