import Foundation

/// A number with six digits behind the point.
func sixDigits(_ value: Double) -> String { String(format: "%.6f", value) }

/// A number as Python prints it: `0.0001`, but `1e-05`; at most 15 significant digits.
func shortest(_ value: Double) -> String {
  let text = String(format: "%.15g", value)
  return text
}
