package import Imaging

/// Collects the measures of maps and baselines, image by image, and summarizes them.
///
/// Of an image only numbers are kept, so any number of images can be measured.
package struct MapEvaluation: Sendable {
  /// A map that is measured on all images.
  package struct Subject: Sendable {
    /// The name in tables.
    package let name: String
    /// Whether it knows nothing of the image, or comes from a network that has learned nothing.
    package let isBaseline: Bool

    /// Creates a subject.
    package init(_ name: String, isBaseline: Bool = false) {
      self.name = name
      self.isBaseline = isBaseline
    }
  }

  /// One map of one image.
  package struct Score: Sendable {
    /// Against the mask.
    package let mask: MaskScore
    /// Against the model; nil: not measured.
    package let model: ModelScore?

    /// Creates a score.
    package init(_ mask: MaskScore, model: ModelScore? = nil) {
      self.mask = mask
      self.model = model
    }
  }

  /// One image.
  package struct Entry: Sendable {
    /// The file, with the frame.
    package let file: String
    /// The patient; nil: unknown.
    package let patient: String?
    /// The share of the model's input that the mask covers.
    package let regionShare: Double
    /// One score per subject; nil where it has no map.
    package let scores: [Score?]
  }

  /// The subjects, in the order of the table.
  package let subjects: [Subject]
  /// The margin of the pointing game, in pixels of the input.
  package let margin: Double
  /// The images so far.
  package private(set) var entries: [Entry] = []

  /// Creates an evaluation of no image.
  package init(_ subjects: [Subject], margin: Double) {
    self.subjects = subjects
    self.margin = margin
  }

  /// Adds an image.
  package mutating func add(
    file: String, patient: String?, regionShare: Double, scores: [Score?]
  ) {
    precondition(
      scores.count == subjects.count, "\(scores.count) scores of \(subjects.count) maps")
    entries.append(
      Entry(file: file, patient: patient, regionShare: regionShare, scores: scores))
  }

  // MARK: Summary

  /// The tables of all images.
  ///
  /// - Parameters:
  ///   - threshold: The share of the highest value from which pixels count as found, for maps that are no baselines.
  ///     Default: the best one over these images, as for the baselines.
  ///   - resamples: Resamples of the intervals.
  ///   - seed: The seed of the draws.
  /// - Returns: The rows of both tables.
  package func summary(
    threshold: Double? = nil, resamples: Int = 2000, seed: UInt64 = 1
  ) -> MapEvaluationReport.Tables {
    let bootstrap = ClusterBootstrap(entries.map(\.patient), resamples: resamples, seed: seed)
    let all = Array(entries.indices)
    var rows = subjects.indices.map { index in
      row(index, all, bootstrap, threshold: subjects[index].isBaseline ? nil : threshold)
    }
    // The strongest baseline by average precision, over all images.
    let strongest = subjects.indices.filter { subjects[$0].isBaseline }.max {
      (rows[$0].averagePrecision.value ?? 0) < (rows[$1].averagePrecision.value ?? 0)
    }
    if let strongest {
      for index in subjects.indices where !subjects[index].isBaseline {
        let difference = bootstrap.difference(
          precisions(index, all), precisions(strongest, all))
        rows[index].comparison = MapEvaluationReport.Comparison(
          baseline: subjects[strongest].name, difference: difference)
      }
    }
    return MapEvaluationReport.Tables(
      rows: rows, bySize: sizeGroups(strongest, resamples: resamples, seed: seed))
  }

  private func precisions(_ subject: Int, _ images: [Int]) -> [Double?] {
    images.map { entries[$0].scores[subject]?.mask.averagePrecision }
  }

  private func row(
    _ subject: Int, _ images: [Int], _ bootstrap: ClusterBootstrap, threshold: Double?
  ) -> MapEvaluationReport.Row {
    let scores = images.map { entries[$0].scores[subject] }
    let known = scores.compactMap { $0?.mask }
    func mean(_ value: (MaskScore) -> Double?) -> MapEstimate {
      bootstrap.mean(scores.map { $0.flatMap { value($0.mask) } })
    }
    func modelMean(_ value: (ModelScore) -> Double?) -> MapEstimate? {
      let values = scores.map { $0?.model.flatMap(value) }
      return values.contains { $0 != nil } ? bootstrap.mean(values) : nil
    }
    let place =
      threshold.map(ThresholdCurve.place(nearest:)) ?? ThresholdCurve.best(known.map(\.overlaps))?
      .place ?? 0
    let boxes = BoxAccuracy(overlaps: known.map(\.boxOverlaps))
    let boxPlace = Self.best(known.map(\.boxOverlaps))
    // Weights of the images that have a map.
    func share(_ statistic: @escaping ([Double]?) -> Double?) -> MapEstimate {
      MapEstimate(
        value: statistic(nil),
        interval: bootstrap.interval { weights in
          statistic(zip(weights, scores).compactMap { $1 == nil ? nil : $0 })
        }, images: known.count)
    }
    return MapEvaluationReport.Row(
      name: subjects[subject].name, isBaseline: subjects[subject].isBaseline,
      images: known.count, blank: known.count(where: \.isBlank),
      hit: mean { $0.isHit() ? 1 : 0 },
      hitNear: mean { $0.isHit(margin: margin) ? 1 : 0 },
      averagePrecision: mean { $0.averagePrecision }, energyInside: mean { $0.energyInside },
      intersectionOverUnion: mean { $0.overlaps[place] },
      threshold: Double(ThresholdCurve.shares[place]), isThresholdGiven: threshold != nil,
      boxIntersectionOverUnion: mean { $0.boxOverlaps[boxPlace] },
      maxBoxAcc: share { boxes.maxBoxAcc(weights: $0) },
      maxBoxAccV2: share { boxes.maxBoxAccV2(weights: $0) },
      deletion: modelMean { $0.deletion }, insertion: modelMean { $0.insertion },
      road: modelMean { $0.road }, averageDrop: modelMean { $0.averageDrop },
      increase: modelMean { $0.isIncreased ? 1 : 0 })
  }

  /// The threshold with the highest mean, the lowest of equal ones.
  private static func best(_ curves: [[Double]]) -> Int {
    BoxAccuracy.thresholds.indices.map { place in curves.reduce(0) { $0 + $1[place] } }
      .enumerated().reduce((0, -1.0)) { $1.element > $0.1 ? ($1.offset, $1.element) : $0 }.0
  }

  /// Thirds of the images by the size of the region; none of fewer than six images.
  private func sizeGroups(
    _ strongest: Int?, resamples: Int, seed: UInt64
  ) -> [MapEvaluationReport.SizeGroup] {
    guard entries.count >= 6 else { return [] }
    let order = entries.indices.sorted {
      (entries[$0].regionShare, $0) < (entries[$1].regionShare, $1)
    }
    let names = ["small", "medium", "large"]
    let shown = subjects.indices.filter { !subjects[$0].isBaseline || $0 == strongest }
    return names.indices.map { third in
      let images = Array(
        order[(third * order.count / 3)..<((third + 1) * order.count / 3)])
      let bootstrap = ClusterBootstrap(
        images.map { entries[$0].patient }, resamples: resamples, seed: seed)
      return MapEvaluationReport.SizeGroup(
        name: names[third], images: images.count,
        smallestShare: entries[images[0]].regionShare,
        largestShare: entries[images[images.count - 1]].regionShare,
        rows: shown.map { subject in
          let scores = images.map { entries[$0].scores[subject]?.mask }
          return MapEvaluationReport.SizeGroup.Row(
            name: subjects[subject].name,
            hit: bootstrap.mean(scores.map { $0.map { $0.isHit() ? 1 : 0 } }),
            averagePrecision: bootstrap.mean(scores.map { $0?.averagePrecision }))
        })
    }
  }
}
