public import Imaging
import Training

extension ClassificationInterpretation {
  /// The classes that a figure of curves shows: the last of two, all of more.
  private var drawnClasses: [Int] { vocab.count == 2 ? [1] : Array(vocab.indices) }

  /// The size of a plot with as many pixels per unit in both directions.
  private static let plotSize = (width: 460, height: 450)

  /// Draws the ROC curve of each class against the rest, of the last class only if there are two.
  ///
  /// Classes without positive or without negative items have no curve; the caption names them.
  public func plotROC() -> Figure {
    var series = [Self.diagonal(name: "no skill", rising: true)]
    var absent: [String] = []
    for index in drawnClasses {
      let points = rocCurve(ofClass: index)
      guard !points.isEmpty else {
        absent.append(vocab[index])
        continue
      }
      series.append(
        LinePlot.Series(
          "\(vocab[index]), AUC \(rocAuc(ofClass: index).text)",
          points: points.map { ($0.falsePositiveRate, $0.truePositiveRate) }))
    }
    if vocab.count == 2, let point = operatingRates {
      series.append(
        LinePlot.Series(
          "most probable class", points: [(1 - point.specificity, point.sensitivity)],
          color: Color(red: 26, green: 28, blue: 33)))
    }
    return Figure(
      rows: [
        [
          .plot(
            LinePlot(
              series, xLabel: "1 − specificity", yLabel: "sensitivity", xRange: 0...1, yRange: 0...1
            ))
        ]
      ], title: "ROC curve", captions: [sizes] + Self.caption(absent), cellSize: Self.plotSize)
  }

  /// Draws the precision–recall curve of each class, of the last class only if there are two.
  ///
  /// The dashed lines are the share of each class: the precision of a random order.
  public func plotPrecisionRecall() -> Figure {
    var series: [LinePlot.Series] = []
    var absent: [String] = []
    for index in drawnClasses {
      let points = precisionRecallCurve(ofClass: index)
      let positives = positives(ofClass: index)
      guard !points.isEmpty,
        let precision = averagePrecisionScore(
          scores: scores(ofClass: index), positives: positives)
      else {
        absent.append(vocab[index])
        continue
      }
      series.append(
        LinePlot.Series(
          "\(vocab[index]), AP \(Estimate(precision).text)", points: Self.steps(points)))
      if vocab.count == 2 {
        let share = Double(positives.count { $0 }) / Double(count)
        series.append(
          LinePlot.Series(
            "no skill: \(Estimate(share).text)", points: [(0, share), (1, share)],
            color: Self.quiet, isDashed: true))
      }
    }
    return Figure(
      rows: [
        [
          .plot(
            LinePlot(
              series, xLabel: "recall (sensitivity)", yLabel: "precision", xRange: 0...1,
              yRange: 0...1))
        ]
      ], title: "Precision–recall curve",
      captions: [
        sizes + " AP is the average precision, the area under the steps drawn."
      ] + Self.caption(absent), cellSize: Self.plotSize)
  }

  /// Draws how often predictions are right by their probability, and how many items have which.
  ///
  /// Of two classes the probability of the last is shown, of more that of the most probable class.
  ///
  /// - Parameter binCount: The number of bins.
  /// - Returns: The reliability diagram above the histogram.
  public func plotReliability(binCount: Int = 15) -> Figure {
    let isBinary = vocab.count == 2
    let calibration = calibration(ofClass: isBinary ? 1 : nil, binCount: binCount)
    var points: [(x: Double, y: Double)] = []
    var bars: [(x: Double, y: Double)] = []
    var histogram: [(x: Double, y: Double)] = []
    for bin in calibration.bins {
      histogram += [(bin.low, Double(bin.count)), (bin.high, Double(bin.count))]
      guard let confidence = bin.confidence, let fraction = bin.fraction.value else { continue }
      // NaN interrupts the line, so each point is a dot.
      points += [(confidence, fraction), (.nan, .nan)]
      if let interval = bin.fraction.interval {
        bars += [(confidence, interval.low), (confidence, interval.high), (.nan, .nan)]
      }
    }
    let xLabel =
      isBinary ? "probability of \(vocab[1])" : "probability of the most probable class"
    let blue = Color(red: 0, green: 114, blue: 178)
    let error = calibration.expectedError.map { Estimate($0).text } ?? "–"
    let maximum = calibration.maximumError.map { Estimate($0).text } ?? "–"
    return Figure(
      rows: [
        [
          .plot(
            LinePlot(
              [
                Self.diagonal(name: "perfectly calibrated", rising: true),
                LinePlot.Series(
                  "95 % interval (Wilson)", points: bars,
                  color: Color(red: 150, green: 190, blue: 220)),
                LinePlot.Series("bin", points: points, color: blue),
              ], xLabel: xLabel,
              yLabel: isBinary ? "fraction of \(vocab[1])" : "fraction that is right",
              xRange: 0...1, yRange: 0...1)),
          .plot(
            LinePlot(
              [LinePlot.Series("", points: [(0, 0)] + histogram + [(1, 0)], color: blue)],
              xLabel: xLabel, yLabel: "images", xRange: 0...1)),
        ]
      ], title: "Reliability diagram",
      captions: [
        "Expected calibration error \(error), maximum \(maximum), over \(binCount) bins of equal width. \(sizes)"
      ], cellSize: Self.plotSize)
  }

  // MARK: Parts

  private static let quiet = Color(red: 150, green: 154, blue: 162)

  private static func diagonal(name: String, rising: Bool) -> LinePlot.Series {
    LinePlot.Series(name, points: [(0, 0), (1, 1)], color: quiet, isDashed: true)
  }

  /// The number of items of the drawn class or of all.
  private var sizes: String {
    if vocab.count == 2 {
      let positive = positives(ofClass: 1).count { $0 }
      return "\(positive) \(vocab[1]), \(count - positive) \(vocab[0])."
    }
    return "\(count) images, each class against the rest."
  }

  private static func caption(_ absent: [String]) -> [String] {
    absent.isEmpty
      ? []
      : [
        "No curve, since there are no images of the class or of no other: "
          + absent.joined(separator: ", ") + "."
      ]
  }

  /// Sensitivity and specificity where the most probable class decides.
  private var operatingRates: (sensitivity: Double, specificity: Double)? {
    let point = operatingPoint()
    guard let sensitivity = point.sensitivity.value, let specificity = point.specificity.value
    else { return nil }
    return (sensitivity, specificity)
  }

  /// The steps whose area is the average precision, from low to high recall.
  private static func steps(_ points: [PrecisionRecallPoint]) -> [(x: Double, y: Double)] {
    var found: [(x: Double, y: Double)] = []
    var recall = 0.0
    for point in points.dropLast().reversed() {
      found += [(recall, point.precision), (point.recall, point.precision)]
      recall = point.recall
    }
    return found
  }
}
