public import Testing

/// Expects two lists of numbers to agree within `absolute + relative * |expected|`, one by one.
///
/// The counts must be equal. NaN agrees only with NaN, infinity only with itself.
public func expectClose(
  _ actual: [Float], _ expected: [Float], absolute: Double = 0, relative: Double = 0,
  _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    actual.map { Double($0) }, expected.map { Double($0) }, absolute: absolute,
    relative: relative, name, sourceLocation: sourceLocation)
}

/// Expects two lists of numbers to agree within `absolute + relative * |expected|`, one by one.
///
/// The counts must be equal. NaN agrees only with NaN, infinity only with itself.
public func expectClose(
  _ actual: [Double], _ expected: [Double], absolute: Double = 0, relative: Double = 0,
  _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  precondition(
    absolute >= 0 && relative >= 0 && absolute.isFinite && relative.isFinite,
    "tolerances \(absolute), \(relative) must be finite and not negative")
  guard actual.count == expected.count else {
    Issue.record(
      "\(name) \(actual.count) numbers, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  var differing = 0
  var firstIndex = 0
  var worstIndex = 0
  var worst = -1.0
  for index in expected.indices {
    let (a, b) = (actual[index], expected[index])
    if a == b || (a.isNaN && b.isNaN) { continue }
    let difference = abs(a - b)
    if difference <= absolute + relative * abs(b) && difference.isFinite { continue }
    if differing == 0 { firstIndex = index }
    differing += 1
    let size = difference.isNaN ? .infinity : difference
    if size > worst {
      worst = size
      worstIndex = index
    }
  }
  if differing == 0 { return }
  Issue.record(
    """
    \(name) \(differing) of \(expected.count) differ by more than \(absolute) + \(relative) |e|; \
    first at [\(firstIndex)]: \(actual[firstIndex]), expected \(expected[firstIndex]); \
    worst at [\(worstIndex)]: \(actual[worstIndex]), expected \(expected[worstIndex])
    """, sourceLocation: sourceLocation)
}

/// The root mean square of the differences over that of what is expected.
public func relativeDifference(_ actual: [Float], _ expected: [Float]) -> Double {
  precondition(
    actual.count == expected.count && !expected.isEmpty,
    "\(actual.count) numbers beside \(expected.count)")
  let squares = expected.reduce(0) { $0 + Double($1) * Double($1) }
  let differences = zip(actual, expected).reduce(0) {
    $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
  }
  return differences == 0 ? 0 : (differences / squares).squareRoot()
}
