import Foundation

/// Tick marks at round numbers.
package struct TickMarks {
  package let values: [Double]
  package let labels: [String]
  /// Ticks without a label, between the others.
  package var minor: [Double] = []

  private init(values: [Double], labels: [String], minor: [Double] = []) {
    self.values = values
    self.labels = labels
    self.minor = minor
  }

  /// Chooses ticks.
  ///
  /// - Parameters:
  ///   - range: The range of the axis.
  ///   - count: The number of ticks that fits.
  ///   - smallestStep: The least distance of ticks: 1 for epochs.
  init(_ range: ClosedRange<Double>, about count: Int, smallestStep: Double = 0) {
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

  /// Chooses ticks of a logarithmic axis: powers of ten, or 1, 2 and 5 times these if the range is short.
  ///
  /// - Parameters:
  ///   - range: The range of decimal logarithms.
  ///   - count: The number of ticks that fits.
  /// - Returns: The ticks.
  package static func logarithmic(_ range: ClosedRange<Double>, about count: Int) -> TickMarks {
    // Doubles have no further powers.
    let first = max((range.lowerBound - 1e-9).rounded(.up), -323)
    let last = min((range.upperBound + 1e-9).rounded(.down), 308)
    guard last - first >= 2 else {
      let powers = stride(from: first - 1, through: last, by: 1)
      let found = powers.flatMap { power in [1, 2, 5].map { $0 * pow(10, power) } }.filter {
        range.contains(log10($0))
      }
      guard found.count < 2 else {
        return TickMarks(values: found, labels: found.map { NumberText.short($0) })
      }
      return TickMarks(pow(10, range.lowerBound)...pow(10, range.upperBound), about: count)
    }
    let step = max(((last - first) / Double(max(count, 1))).rounded(.up), 1)
    let powers = stride(from: (first / step).rounded(.up) * step, through: last, by: step)
    let between = stride(from: first - 1, through: last, by: 1).flatMap { power in
      (2...9).map { Double($0) * pow(10, power) }
    }
    return TickMarks(
      values: powers.map { pow(10, $0) }, labels: powers.map { NumberText.power(Int($0)) },
      minor: step == 1 ? between.filter { range.contains(log10($0)) } : [])
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
