import Tensors

/// Percentile intervals by resampling patients: the images of a patient resemble each other and are drawn together.
///
/// All statistics of one bootstrap see the same draws, so differences are paired.
package struct ClusterBootstrap: Sendable {
  /// The number of resamples.
  package let resamples: Int
  /// The seed of the draws.
  package let seed: UInt64
  /// The patient of each image, from 0.
  package let clusters: [Int]
  private let clusterCount: Int

  /// Creates a bootstrap.
  ///
  /// - Parameters:
  ///   - names: The patient of each image; an image without one is a patient of its own.
  ///   - resamples: The number of resamples.
  ///   - seed: The seed of the draws.
  package init(_ names: [String?], resamples: Int = 2000, seed: UInt64 = 1) {
    precondition(resamples > 0, "\(resamples) resamples")
    self.resamples = resamples
    self.seed = seed
    var known: [String: Int] = [:]
    var next = 0
    clusters = names.map { name in
      if let name, let found = known[name] { return found }
      defer { next += 1 }
      if let name { known[name] = next }
      return next
    }
    clusterCount = next
  }

  /// The mean of a value per image with its interval; images with nil are left out.
  package func mean(_ values: [Double?]) -> MapEstimate {
    precondition(
      values.count == clusters.count, "\(values.count) values of \(clusters.count) images")
    var sums = [Double](repeating: 0, count: clusterCount)
    var counts = [Int](repeating: 0, count: clusterCount)
    for (value, cluster) in zip(values, clusters) {
      guard let value else { continue }
      sums[cluster] += value
      counts[cluster] += 1
    }
    let count = counts.reduce(0, +)
    guard count > 0 else { return .none }
    // In the order of the images, so that the value does not depend on the patients.
    let mean = values.reduce(0) { $0 + ($1 ?? 0) } / Double(count)
    let range = interval { draws in
      var (sum, number) = (0.0, 0)
      for cluster in draws {
        sum += sums[cluster]
        number += counts[cluster]
      }
      return number > 0 ? sum / Double(number) : nil
    }
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
    var weights = [Double](repeating: 0, count: clusterCount)
    return interval { draws in
      for cluster in weights.indices { weights[cluster] = 0 }
      for cluster in draws { weights[cluster] += 1 }
      return statistic(clusters.map { weights[$0] })
    }
  }

  private func interval(_ statistic: ([Int]) -> Double?) -> ClosedRange<Double>? {
    guard clusterCount > 1 else { return nil }
    var draws = [Int](repeating: 0, count: clusterCount)
    var found: [Double] = []
    found.reserveCapacity(resamples)
    for resample in 0..<resamples {
      var random = RandomSource(seed: seed, UInt64(resample))
      for place in draws.indices { draws[place] = Int(random.next() % UInt64(clusterCount)) }
      if let value = statistic(draws), value.isFinite { found.append(value) }
    }
    guard 2 * found.count >= resamples else { return nil }
    found.sort()
    return Self.percentile(0.025, of: found)...Self.percentile(0.975, of: found)
  }

  /// A percentile of sorted values, linearly interpolated (`numpy.percentile`).
  package static func percentile(_ fraction: Double, of sorted: [Double]) -> Double {
    let position = fraction * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
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
