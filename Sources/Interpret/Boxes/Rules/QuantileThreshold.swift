import Imaging

/// Pixels at or above a quantile of all pixels, interpolated linearly as by `numpy.quantile`.
///
///     value ≥ quantile(map, share)
///
/// Of a map that is positive in fewer pixels than that, all positive ones count.
enum QuantileThreshold {
  static func value(_ share: Double, of map: ScalarImage) -> Float {
    let order = OrderedValues(map.values)
    let position = share * Double(map.values.count - 1)
    let below = Int(position)
    let low = Double(order.value(at: below))
    guard Double(below) < position else { return Float(low) }
    let high = Double(order.value(at: below + 1))
    return .atLeast(low + (high - low) * (position - Double(below)))
  }
}
