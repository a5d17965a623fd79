extension ScalarImage {
  /// Values that divide the image into parts of the same number of pixels: fastai's `freqhist_bins`.
  ///
  /// - Parameter binCount: The number of parts (`n_bins`).
  /// - Returns: The values at 0.001, at the middle of each part and at 0.999 of the sorted pixels, ascending, each once.
  ///   NaN is left out.
  public func freqhistBins(_ binCount: Int = 100) -> [Float] {
    precondition(binCount > 0, "a histogram has at least one bin, not \(binCount)")
    let sorted = values.filter { !$0.isNaN }.sorted()
    return Self.freqhistBins(binCount, of: sorted.count) { sorted[$0] }
  }

  /// The bins of sorted values, by position.
  static func freqhistBins(
    _ binCount: Int, of count: Int, _ value: (Int) -> Float
  ) -> [Float] {
    guard count > 0 else { return [] }
    // Single precision, as in fastai, since the product is truncated.
    let half = Float(1.0 / 2 / Double(binCount))
    let places =
      [0.001] + (0..<binCount).map { Float($0) / Float(binCount) + half } + [Float(0.999)]
    var bins: [Float] = []
    for place in places {
      let found = value(min(Int(Float(count) * place), count - 1))
      if bins.last != found { bins.append(found) }
    }
    return bins
  }

  /// Values equalized to 0 to 1 by a histogram, so that each part of the range has as many pixels: fastai's `hist_scaled`.
  ///
  /// - Parameters:
  ///   - breaks: Ascending values that become evenly spaced (`brks`). Default: `freqhistBins()`.
  ///   - minimum: Smaller values count as this one (`min_px`).
  ///   - maximum: Larger values count as this one (`max_px`).
  /// - Returns: The interpolated values.
  public func histScaled(
    breaks: [Float]? = nil, minimum: Float? = nil, maximum: Float? = nil
  ) -> ScalarImage {
    let limited =
      minimum == nil && maximum == nil
      ? self : map { min(max($0, minimum ?? -.infinity), maximum ?? .infinity) }
    let scale = HistogramScale(breaks ?? limited.freqhistBins())
    return limited.map { scale($0) }
  }

  /// One windowed channel per window, and one that is equalized: fastai's `to_nchan`.
  ///
  /// - Parameters:
  ///   - windows: Width and level of each window, such as `[(1500, -600), (350, 50)]` (`wins`).
  ///   - addsHistScaled: Whether `histScaled` follows as the last channel (`bins` is not 0).
  ///   - breaks: Its breaks (`bins`). Default: `freqhistBins()`.
  /// - Returns: The channels, 0 to 1.
  public func toNChannels(
    _ windows: [(width: Int, level: Int)], addsHistScaled: Bool = true, breaks: [Float]? = nil
  ) -> [ScalarImage] {
    windows.map { windowed(width: $0.width, level: $0.level) }
      + (addsHistScaled ? [histScaled(breaks: breaks)] : [])
  }
}

/// Linear interpolation from ascending breaks to evenly spaced values of 0 to 1, as `numpy.interp`.
struct HistogramScale: Sendable {
  private let breaks: [Float]

  /// - Precondition: The breaks ascend.
  init(_ breaks: [Float]) {
    precondition(
      zip(breaks, breaks.dropFirst()).allSatisfy { $0 < $1 }, "the breaks of a histogram ascend")
    self.breaks = breaks
  }

  func callAsFunction(_ value: Float) -> Float {
    guard let first = breaks.first, let last = breaks.last, value > first else { return 0 }
    // One break: `linspace(0, 1, 1)` is 0.
    if value >= last { return breaks.count > 1 ? 1 : 0 }
    var (low, high) = (0, breaks.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if breaks[middle] <= value { low = middle } else { high = middle }
    }
    let step = 1 / Double(breaks.count - 1)
    let fraction =
      (Double(value) - Double(breaks[low])) / (Double(breaks[low + 1]) - Double(breaks[low]))
    return Float(min(max((Double(low) + fraction) * step, 0), 1))
  }
}
