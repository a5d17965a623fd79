extension ScalarImage {
  /// The smallest and largest finite value; nil if no value is finite.
  package var extremes: ClosedRange<Float>? {
    var low = Float.infinity
    var high = -Float.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : nil
  }

  /// Scales the values linearly so that a range becomes 0 to 1.
  ///
  /// Without a range, that of the finite values is used. Values outside of the range are not
  /// clamped. An empty range gives zeros; NaN stays NaN.
  package func normalized(to range: ClosedRange<Float>? = nil) -> ScalarImage {
    let range = range ?? extremes ?? 0...0
    let span = range.upperBound - range.lowerBound
    let scaled = values.map { value -> Float in
      span > 0 ? (value - range.lowerBound) / span : (value.isNaN ? value : 0)
    }
    return ScalarImage(width: width, height: height, values: scaled)
  }
}
