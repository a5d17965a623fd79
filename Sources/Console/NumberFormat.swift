import Glibc

/// Numbers as text for tables, messages and files, independent of the locale.
package enum NumberFormat {
  /// A fixed number of digits after the point: "0.2500".
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    formatted("%.*f", digits, value)
  }

  /// A measured value, with a fixed number of digits after the point; "none" if it is missing, NaN or infinity.
  package static func measured(_ value: Double?, _ digits: Int = 4) -> String {
    guard let value, value.isFinite else { return "none" }
    return fixed(value, digits)
  }

  /// A probability in percent with one digit after the point: "97.3 %".
  ///
  /// What would be rounded to certainty is a bound, "> 99.9 %" or "< 0.1 %": a model is never certain.
  package static func percent(_ probability: Double) -> String {
    guard probability.isFinite else { return "NaN" }
    if probability >= 0.9995 { return "> 99.9 %" }
    if probability < 0.0005 { return "< 0.1 %" }
    return fixed(100 * probability, 1) + " %"
  }

  /// A probability with four digits after the point: "0.9731", and "> 0.9999" or "< 0.0001" where it would be rounded
  /// to certainty; "none" if it is missing or not finite.
  package static func probability(_ probability: Double?) -> String {
    guard let probability, probability.isFinite else { return measured(probability) }
    if probability >= 0.99995 { return "> 0.9999" }
    if probability < 0.00005 { return "< 0.0001" }
    return fixed(probability, 4)
  }

  /// At most this number of significant digits, with an exponent where that is shorter: "0.25", "1e-05".
  package static func significant(_ value: Double, _ digits: Int) -> String {
    formatted("%.*g", digits, value)
  }

  /// An integer with its digits in groups of three: "25,557,032".
  package static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let parts = digits.indices.map { index in
      (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digits[index])
    }
    return (value < 0 ? "-" : "") + parts.joined()
  }

  /// Millions with one digit after the point, halves rounded up: "4,089.3" for 4,089,284,608.
  ///
  /// - Precondition: `value` is not negative.
  package static func millions(_ value: Int) -> String {
    precondition(value >= 0, "\(value) is negative")
    let tenths = (value + 50_000) / 100_000
    return grouped(tenths / 10) + ".\(tenths % 10)"
  }

  /// A size of a file in decimal units: "44.7 MB" for 44,730,637.
  package static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) B"
    case ..<1_000_000: fixed(Double(count) / 1e3, 1) + " kB"
    case ..<1_000_000_000: fixed(Double(count) / 1e6, 1) + " MB"
    default: fixed(Double(count) / 1e9, 2) + " GB"
    }
  }

  /// A time as `mm:ss`, from an hour on as `h:mm:ss`, rounded to seconds.
  ///
  /// - Precondition: `seconds` is finite and not negative.
  package static func clock(_ seconds: Double) -> String {
    precondition(seconds.isFinite && seconds >= 0, "\(seconds) seconds")
    let whole = Int(seconds.rounded())
    func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return (hours > 0 ? "\(hours):" : "") + twoDigits(minutes) + ":" + twoDigits(rest)
  }

  /// Formats with C's `printf`, since the standard library cannot round to a number of digits.
  private static func formatted(_ format: String, _ digits: Int, _ value: Double) -> String {
    // C writes the sign of NaN, which says nothing.
    if value.isNaN { return "nan" }
    return withVaList([CInt(digits), value]) { arguments in
      // The largest double has 309 digits before the point.
      var text = [CChar](repeating: 0, count: 340 + digits)
      let count = vsnprintf(&text, text.count, format, arguments)
      return String(decoding: text.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}
