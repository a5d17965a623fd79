/// Tick marks at round numbers.
struct TickMarks {
  let values: [Double]
  let labels: [String]

  init(_ range: ClosedRange<Double>, about count: Int) {
    let raw = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    var power = 1.0
    while power > raw { power /= 10 }
    while power * 10 <= raw { power *= 10 }
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999 } ?? raw
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    let marks = last >= first ? Array(stride(from: first, through: last, by: 1)) : []
    values = marks.map { $0 * step }
    labels = values.map { TickMarks.label($0, step: step) }
  }

  /// Formats a number with as many decimals as the step between ticks needs.
  static func label(_ value: Double, step: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if abs(value) >= 1e7 { return "\(value)" }
    var decimals = 0
    var scaled = step
    while decimals < 10 && abs(scaled - scaled.rounded()) > 1e-6 * max(1, abs(scaled)) {
      scaled *= 10
      decimals += 1
    }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let whole = Int((abs(value) * power).rounded())
    let sign = value < 0 && whole != 0 ? "−" : ""
    if decimals == 0 { return sign + String(whole) }
    let digits = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
