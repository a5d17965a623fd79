import Training

/// Percentile intervals of means over images, by resampling patients (`Bootstrap`).
///
/// All statistics of one bootstrap see the same draws, so differences are paired.
package struct ClusterBootstrap: Sendable {
  private let bootstrap: Bootstrap
  /// The patient of each image, from 0.
  private let clusters: [Int]

  /// Creates a bootstrap.
  ///
  /// - Parameters:
  ///   - names: The patient of each image; an image without one is a patient of its own.
  ///   - resamples: The number of resamples.
  ///   - seed: The seed of the draws.
  package init(_ names: [String?], resamples: Int = 2000, seed: UInt64 = 1) {
    bootstrap = Bootstrap(resamples: resamples, seed: seed)
    clusters = Bootstrap.clusters(by: names)
  }

  /// The mean of a value per image with its interval; images with nil are left out.
  package func mean(_ values: [Double?]) -> MapEstimate {
    precondition(
      values.count == clusters.count, "\(values.count) values of \(clusters.count) images")
    let count = values.count { $0 != nil }
    guard count > 0 else { return .none }
    let range = interval(weights: { weights in
      var (sum, number) = (0.0, 0.0)
      for (value, weight) in zip(values, weights) {
        guard let value else { continue }
        sum += weight * value
        number += weight
      }
      return number > 0 ? sum / number : nil
    })
    let mean = values.reduce(0) { $0 + ($1 ?? 0) } / Double(count)
    return MapEstimate(value: mean, interval: range, images: count)
  }

  /// The mean of the differences of two values per image; images where one of them is missing are left out.
  package func difference(_ values: [Double?], _ others: [Double?]) -> MapEstimate {
    mean(
      zip(values, others).map { value, other in
        value.flatMap { value in other.map { value - $0 } }
      })
  }

  /// The interval of a statistic of the images.
  ///
  /// - Parameter statistic: From the weight of each image, which is how often its patient was drawn.
  /// - Returns: nil with fewer than two patients, or if the statistic is missing in half of the resamples.
  package func interval(
    weights statistic: (_ weights: [Double]) -> Double?
  ) -> ClosedRange<Double>? {
    bootstrap.intervals(clusters: clusters, allowsZeroWidth: true) {
      [statistic($0.map(Double.init))]
    }[0]
    .map { $0.low...$0.high }
  }
}

/// A mean over images with its interval.
public struct MapEstimate: Sendable, Equatable, Codable {
  /// The mean; nil if no image has a value.
  public let value: Double?
  /// The lower end of the interval of 95 % confidence; nil with fewer than two patients.
  public let low: Double?
  /// The upper end of the interval.
  public let high: Double?
  /// The images with a value.
  public let images: Int

  /// Creates an estimate.
  package init(value: Double?, interval: ClosedRange<Double>? = nil, images: Int) {
    self.value = value
    low = interval?.lowerBound
    high = interval?.upperBound
    self.images = images
  }

  /// Of no image.
  package static let none = MapEstimate(value: nil, images: 0)
}
