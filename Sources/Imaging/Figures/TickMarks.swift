import Foundation

/// Tick marks at round numbers.
struct TickMarks {
  let values: [Double]
  let labels: [String]

  /// Chooses ticks.
  ///
  /// - Parameters:
  ///   - range: The range of the axis.
  ///   - count: The number of ticks that fits.
  ///   - scale: The scale of the axis.
  ///   - smallestStep: The least distance of ticks: 1 for epochs.
  init(
    _ range: ClosedRange<Double>, about count: Int, _ scale: LinePlot.Scale = .linear,
    smallestStep: Double = 0
  ) {
    if scale == .log, let marks = Self.logarithmic(range, about: count) {
      values = marks
      labels = Self.labels(marks)
      return
    }
    let raw = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    var power = 1.0
    while power > raw { power /= 10 }
    while power * 10 <= raw { power *= 10 }
    let round = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999 } ?? raw
    let step = round < smallestStep ? smallestStep : round
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    let marks = last >= first ? Array(stride(from: first, through: last, by: 1)) : []
    values = marks.map { $0 * step }
    labels = values.map { NumberText.fixed($0, step: step) }
  }

  /// Numbers, or powers of ten if they are that and some would be long.
  private static func labels(_ marks: [Double]) -> [String] {
    let texts = marks.map(NumberText.short)
    let powers = marks.map { log10($0).rounded() }
    let arePowers = zip(marks, powers).allSatisfy { abs($0 / pow(10, $1) - 1) < 1e-9 }
    return arePowers && texts.contains { $0.contains("·") }
      ? powers.map { NumberText.power(Int($0)) } : texts
  }

  /// Powers of ten with 2 and 5 between them if there is room; nil if the range is too short for them.
  private static func logarithmic(_ range: ClosedRange<Double>, about count: Int) -> [Double]? {
    let scale = LinePlot.Scale.log
    let first = Int(scale.place(range.lowerBound).rounded(.down))
    let last = Int(scale.place(range.upperBound).rounded(.up))
    guard last - first <= 700 else { return nil }
    for digits in [[1.0, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]] {
      let marks = (first...last).flatMap { power in
        digits.map { $0 * scale.value(Double(power)) }
      }.filter(range.contains)
      if marks.count <= count + 1 { return marks.count < 2 ? nil : marks }
    }
    let powers = (first...last).map { scale.value(Double($0)) }.filter(range.contains)
    let every = (powers.count + count - 1) / max(count, 1)
    return stride(from: 0, to: powers.count, by: every).map { powers[$0] }
  }
}

/// Numbers on axes, color bars and cells.
package enum NumberText {
  /// A number with as many decimals as the step between ticks needs.
  static func fixed(_ value: Double, step: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if abs(value) >= 1e7 { return short(value) }
    var decimals = 0
    var scaled = step
    while decimals < 10 && abs(scaled - scaled.rounded()) > 1e-6 * max(1, abs(scaled)) {
      scaled *= 10
      decimals += 1
    }
    return rounded(value, decimals)
  }

  /// A number with three significant digits, and a power of ten where it is very large or small.
  package static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    if value == 0 { return "0" }
    var power = 0
    var mantissa = abs(value)
    while mantissa >= 9.995, power < 400 {
      mantissa /= 10
      power += 1
    }
    while mantissa < 0.9995, power > -400 {
      mantissa *= 10
      power -= 1
    }
    if (-3...5).contains(power) {
      let text = rounded(value, max(2 - power, 0))
      guard text.contains(".") else { return text }
      let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
      return String(trimmed.reversed())
    }
    return (value < 0 ? "−" : "") + short(mantissa) + "·" + Self.power(power)
  }

  /// A positive number with two significant digits and a power of ten, to compare numbers of any size.
  package static func scientific(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return short(value) }
    var exponent = Int(log10(value).rounded(.down))
    // Powers below the smallest normal number are zero.
    var mantissa =
      exponent < -300
      ? value * 1e300 / pow(10, Double(exponent + 300)) : value / pow(10, Double(exponent))
    if mantissa >= 9.95 {
      mantissa /= 10
      exponent += 1
    }
    return rounded(mantissa, 1) + "·" + power(exponent)
  }

  /// A power of ten with its exponent.
  package static func power(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let text = String(abs(exponent)).compactMap(\.wholeNumberValue).map { String(digits[$0]) }
    return "10" + (exponent < 0 ? "⁻" : "") + text.joined()
  }

  /// A number rounded to decimals, with a minus sign instead of a hyphen.
  static func rounded(_ value: Double, _ decimals: Int) -> String {
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    guard scaled < 9e18 else { return "\(value)" }
    let whole = Int(scaled)
    let sign = value < 0 && whole != 0 ? "−" : ""
    if decimals == 0 { return sign + String(whole) }
    let digits = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
