import Foundation

/// Formats a number with six decimals.
func sixDigits(_ value: Double) -> String { String(format: "%.6f", value) }

/// Formats a number as Python does (`0.0001`, `1e-05`), with at most 15 significant digits.
func shortest(_ value: Double) -> String {
  let text = String(format: "%.15g", value)
  return text
}
