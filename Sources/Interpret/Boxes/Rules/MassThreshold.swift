import Imaging

/// The smallest set of pixels, the highest first, whose sum is a fraction of the sum of all.
///
/// Pixels that equal the last one needed count too, so that the set does not depend on their order.
enum MassThreshold {
  static func value(_ fraction: Double, of map: ScalarImage) -> Float {
    OrderedValues(map.values).lowest(holding: fraction)
  }
}
