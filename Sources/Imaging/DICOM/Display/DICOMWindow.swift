import Glibc

/// A window of modality values for display (PS3.3 C.11.2).
package struct DICOMWindow: Sendable, Hashable {
  /// The function from modality value to gray.
  package enum Function: String, Sendable {
    /// Linear, with the half-step offsets of the standard.
    case linear = "LINEAR"
    /// Linear, without offsets.
    case linearExact = "LINEAR_EXACT"
    /// Sigmoid (logistic).
    case sigmoid = "SIGMOID"
  }

  /// The center, in modality values.
  package let center: Double
  /// The width, in modality values.
  package let width: Double
  /// The function from modality value to gray.
  package let function: Function

  /// Creates a window; nil unless the width is at least 1 (linear) or positive (otherwise), and
  /// finite.
  package init?(center: Double, width: Double, function: Function = .linear) {
    guard center.isFinite, width.isFinite, function == .linear ? width >= 1 : width > 0 else {
      return nil
    }
    self.center = center
    self.width = width
    self.function = function
  }

  /// Maps a modality value to gray, 0 to 255, without rounding.
  func gray(of x: Double) -> Double {
    if function == .sigmoid { return 255 / (1 + exp(-4 * (x - center) / width)) }
    let c = function == .linear ? center - 0.5 : center
    let w = function == .linear ? width - 1 : width
    if w == 0 { return x > c ? 255 : 0 }
    if x <= c - w / 2 { return 0 }
    if x > c + w / 2 { return 255 }
    return ((x - c) / w + 0.5) * 255
  }
}
