import Foundation
public import Imaging
import Training

extension ClassificationInterpretation {
  /// Draws the ROC curve of each class against the rest, of the last class only if there are two.
  ///
  /// A single curve has a band: the 95 % interval of the sensitivity at each specificity, by bootstrap of the patients.
  /// Classes without positive or without negative items have no curve; the caption names them.
  public func plotROC() -> Figure {
    var series: [LinePlot.Series] = []
    var absent: [String] = []
    let isBinary = vocab.count == 2
    for index in drawnClasses {
      let points = rocCurve(ofClass: index)
      guard !points.isEmpty else {
        absent.append(vocab[index])
        continue
      }
      series.append(
        LinePlot.Series(
          "\(vocab[index]), AUC \(rocAuc(ofClass: index).text)",
          points: points.map { ($0.falsePositiveRate, $0.truePositiveRate) },
          band: isBinary ? rocBand(ofClass: index) : []))
    }
    if isBinary, !series.isEmpty {
      let point = operatingPoint()
      if let sensitivity = point.sensitivity.value, let specificity = point.specificity.value {
        series.append(
          LinePlot.Series(
            "most probable class", points: [(1 - specificity, sensitivity)], color: Self.ink,
            style: .points))
      }
    }
    let band =
      isBinary && !series.isEmpty
      ? ["The band is the 95 % interval of the sensitivity, by bootstrap of the \(unit)."] : []
    return Self.figure(
      series,
      LinePlot(
        [], xLabel: "1 − specificity", yLabel: "sensitivity", xRange: 0...1, yRange: 0...1,
        diagonal: true, hasEqualAspect: true), title: "ROC curve",
      captions: [([sizes] + band).joined(separator: " ")] + Self.caption(absent))
  }

  /// Draws the precision–recall curve of each class, of the last class only if there are two.
  ///
  /// For two classes a dashed line shows the share of the class: the precision of a random order.
  public func plotPrecisionRecall() -> Figure {
    var series: [LinePlot.Series] = []
    var absent: [String] = []
    for index in drawnClasses {
      let positives = positives(ofClass: index)
      guard
        let precision = averagePrecisionScore(
          scores: scores(ofClass: index), positives: positives)
      else {
        absent.append(vocab[index])
        continue
      }
      series.append(
        LinePlot.Series(
          "\(vocab[index]), AP \(Estimate(precision).text)",
          points: Self.steps(precisionRecallCurve(ofClass: index))))
      if vocab.count == 2 {
        let share = Double(positives.count { $0 }) / Double(count)
        series.append(
          LinePlot.Series(
            "random order, \(Estimate(share).text)", points: [(0, share), (1, share)],
            color: Self.quiet, isDashed: true))
      }
    }
    return Self.figure(
      series,
      LinePlot(
        [], xLabel: "recall (sensitivity)", yLabel: "precision", xRange: 0...1,
        yRange: 0...1, hasEqualAspect: true), title: "Precision–recall curve",
      captions: ["\(sizes) AP is the average precision, the area under the steps."]
        + Self.caption(absent))
  }

  /// Draws how often predictions are right by their probability, and how many items have which.
  ///
  /// Of two classes the probability of the last is shown, of more that of the most probable class.
  ///
  /// - Parameter binCount: The number of bins.
  /// - Returns: The reliability diagram and the histogram.
  public func plotReliability(binCount: Int = 15) -> Figure {
    let isBinary = vocab.count == 2
    let calibration = calibration(ofClass: isBinary ? 1 : nil, binCount: binCount)
    var points: [(x: Double, y: Double)] = []
    var bars: [(x: Double, y: Double)] = []
    for bin in calibration.bins {
      guard let confidence = bin.confidence, let fraction = bin.fraction.value else { continue }
      points.append((confidence, fraction))
      if let interval = bin.fraction.interval {
        // NaN interrupts the line.
        bars += [(confidence, interval.low), (confidence, interval.high), (.nan, .nan)]
      }
    }
    let xLabel =
      isBinary ? "probability of \(vocab[1])" : "probability of the most probable class"
    func text(_ value: Double?) -> String { Estimate(value).text }
    return Figure(
      rows: [
        [
          .plot(
            LinePlot(
              [
                LinePlot.Series("95 % interval", points: bars, color: Self.lightBlue),
                LinePlot.Series("mean of a bin", points: points, color: Self.blue, style: .points),
              ], xLabel: xLabel,
              yLabel: isBinary ? "fraction of \(vocab[1])" : "fraction that is right",
              xRange: 0...1, yRange: 0...1, diagonal: true, hasEqualAspect: true)),
          .plot(
            LinePlot(
              [
                LinePlot.Series(
                  "",
                  points: calibration.bins.map { (($0.low + $0.high) / 2, Double($0.count)) },
                  color: Self.blue, style: .bars)
              ], xLabel: xLabel, yLabel: "images", xRange: 0...1)),
        ]
      ], title: "Reliability diagram",
      captions: [
        "Expected calibration error \(text(calibration.expectedError)), maximum "
          + "\(text(calibration.maximumError)), over \(binCount) bins of equal width. Intervals are Wilson's. \(sizes)"
      ], cellSize: Self.plotSize)
  }

  // MARK: Parts

  private static let plotSize = (width: 440, height: 440)
  private static let ink = Color(red: 26, green: 28, blue: 33)
  private static let quiet = Color(red: 150, green: 154, blue: 162)
  private static let blue = Color(red: 0, green: 114, blue: 178)
  private static let lightBlue = Color(red: 140, green: 185, blue: 218)

  /// One plot, or one per curve where there are more curves than colors.
  private static func figure(
    _ series: [LinePlot.Series], _ plot: LinePlot, title: String, captions: [String]
  ) -> Figure {
    var plot = plot
    guard series.count > 6 else {
      plot.series = series
      return Figure(rows: [[.plot(plot)]], title: title, captions: captions, cellSize: plotSize)
    }
    let panels = series.map { one -> Figure.Panel in
      var unnamed = one
      unnamed.name = ""
      unnamed.color = blue
      plot.series = [unnamed]
      return .plot(plot, title: one.name)
    }
    let rows = stride(from: 0, to: panels.count, by: 4).map {
      Array(panels[$0..<min($0 + 4, panels.count)])
    }
    return Figure(rows: rows, title: title, captions: captions, cellSize: (260, 260))
  }

  /// The classes that a figure of curves shows: the last of two, all of more.
  private var drawnClasses: [Int] { vocab.count == 2 ? [1] : Array(vocab.indices) }

  /// The numbers of items.
  private var sizes: String {
    guard vocab.count == 2 else { return "\(count) images." }
    let positive = positives(ofClass: 1).count { $0 }
    return "\(positive) images of \(vocab[1]), \(count - positive) of \(vocab[0])."
  }

  /// What is resampled.
  private var unit: String {
    let clusters = (Bootstrap.clusters(by: patients).max() ?? -1) + 1
    return clusters < count ? "\(clusters) patients" : "images"
  }

  private static func caption(_ absent: [String]) -> [String] {
    absent.isEmpty
      ? []
      : [
        "No curve, since all images or none are of the class: "
          + absent.joined(separator: ", ") + "."
      ]
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

  /// A number with two digits after the point.
  static func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }
}
