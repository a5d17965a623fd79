package import Imaging
package import Tensors
import Training

/// Remove and debias (Rong et al., arXiv:2202.00449): how the score falls when the highest pixels of a map are imputed
/// (most relevant first), and how it rises or stays when the lowest are (least relevant first).
///
///     road = mean over shares of (score without the lowest − score without the highest) / 2
///
/// as pytorch-grad-cam's `ROADCombined`; higher is better. Here a share of the pixels is removed, by rank. There a
/// percentile of the values is: a map with many zeros then loses all pixels at once.
package struct ROAD: Sendable {
  /// The shares of pixels that are removed.
  package let shares: [Double]
  /// The standard deviation of the noise, in units of the normalized input.
  package let noise: Double
  private let mode: MapMode

  /// Creates the measure.
  ///
  /// - Parameters:
  ///   - shares: The shares of pixels that are removed.
  ///   - noise: The standard deviation of the noise on imputed pixels.
  ///   - mode: `reference` chooses pixels by percentiles of the values, as pytorch-grad-cam.
  package init(
    shares: [Double] = [0.2, 0.4, 0.6, 0.8], noise: Double = 0.01,
    mode: MapMode = .corrected
  ) {
    self.shares = shares
    self.noise = noise
    self.mode = mode
  }

  /// The scores of one map.
  package struct Scores: Sendable, Equatable {
    /// The probability of the class without the highest pixels, per share; nil if none would be left.
    package let morf: [Double?]
    /// The probability of the class without the lowest pixels, per share.
    package let lerf: [Double?]

    /// Half of the mean difference; shares without one of the scores are left out.
    package var combined: Double? {
      let differences = zip(lerf, morf).compactMap { lerf, morf in
        lerf.flatMap { lerf in morf.map { lerf - $0 } }
      }
      return differences.isEmpty
        ? nil : differences.reduce(0, +) / Double(differences.count) / 2
    }
  }

  /// Measures a map.
  ///
  /// - Parameters:
  ///   - map: The map, on the pixels of the input.
  ///   - order: The pixels in falling order.
  ///   - input: `[1, channels, height, width]`.
  ///   - explainer: Runs the model.
  ///   - classIndex: The class.
  ///   - seed: The seed of the noise.
  /// - Returns: The scores per share.
  package func scores(
    _ map: ScalarImage, order: [Int], input: Tensor, _ explainer: Explainer, of classIndex: Int,
    seed: UInt64 = 1
  ) -> Scores {
    let masks = [false, true].flatMap { isLowest in
      shares.map { removed(map, order, share: $0, lowest: isLowest) }
    }
    let used = masks.indices.filter { masks[$0].contains(false) }
    let found = explainer.probabilities(of: classIndex, count: used.count, copiesOf: input) {
      number, values in
      impute(values, masks[used[number]], map, seed: seed, number: UInt64(used[number]))
    }
    var scores = [Double?](repeating: nil, count: masks.count)
    for (place, score) in zip(used, found) { scores[place] = score }
    return Scores(
      morf: Array(scores[..<shares.count]), lerf: Array(scores[shares.count...]))
  }

  /// Which pixels a share removes.
  package func removed(
    _ map: ScalarImage, _ order: [Int], share: Double, lowest: Bool
  ) -> [Bool] {
    if mode == .reference {
      let values = lowest ? map.values.map { 1 - $0 } : map.values
      let threshold = Bootstrap.percentile(
        1 - share, of: values.map(Double.init).sorted())
      return values.map { Double($0) >= threshold }
    }
    var removed = [Bool](repeating: false, count: order.count)
    let count = Int((share * Double(order.count)).rounded())
    for place in lowest ? order.suffix(count) : order.prefix(count) { removed[place] = true }
    return removed
  }

  /// Imputes an input in place.
  package func impute(
    _ values: UnsafeMutableBufferPointer<Float>, _ removed: [Bool], _ map: ScalarImage,
    seed: UInt64, number: UInt64
  ) {
    let pixels = removed.count
    let imputer = NoisyLinearImputer(height: map.height, width: map.width, removed: removed)
    let channels = values.count / pixels
    let planes = (0..<channels).map { Array(values[($0 * pixels)..<(($0 + 1) * pixels)]) }
    var filled: [[Float]] = []
    for plane in planes {
      // Channels of a gray image differ by a factor and a shift, which imputation keeps.
      if let first = filled.first, let (factor, shift) = Self.affine(from: planes[0], to: plane) {
        filled.append(first.map { $0 * factor + shift })
      } else {
        filled.append(imputer.filled(plane, tolerance: mode == .reference ? 1e-9 : 1e-5))
      }
    }
    var random = RandomSource(seed: seed, number)
    for place in 0..<pixels where removed[place] {
      for channel in 0..<channels {
        values[channel * pixels + place] =
          filled[channel][place] + (noise > 0 ? Float(noise * random.normal()) : 0)
      }
    }
  }

  /// The factor and shift between two channels, if they are those of one gray image.
  private static func affine(from a: [Float], to b: [Float]) -> (Float, Float)? {
    guard let low = a.indices.min(by: { a[$0] < a[$1] }),
      let high = a.indices.max(by: { a[$0] < a[$1] }), a[high] > a[low]
    else { return nil }
    let factor = (b[high] - b[low]) / (a[high] - a[low])
    let shift = b[low] - factor * a[low]
    let limit = 1e-4 * max(abs(b[high] - b[low]), 1e-6)
    for (x, y) in zip(a, b) where abs(x * factor + shift - y) > limit { return nil }
    return (factor, shift)
  }
}
