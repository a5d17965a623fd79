import DataBlocks
import Files
import Foundation
import Imaging
public import Training

/// Draws losses, learning rate and metrics after each epoch (fastai's `ShowGraphCallback`).
///
///     try learner.fineTune(5, callbacks: [ShowGraphCallback("run/figures/training")])
///
/// The first panel has the smoothed training loss by batch and the validation loss by epoch; its axis ends where the fit
/// will. The second has the learning rate of the last group, the third the metrics. Further fits of the same callback
/// continue to the right. Each file is replaced as a whole, so a viewer never sees a part of it.
public final class ShowGraphCallback: Callback {
  /// Runs last, as in fastai; an epoch in which an earlier callback ends the fit is drawn at the end of the fit.
  public let order = 65
  /// The path of the files without ".png" and ".svg".
  public let path: String

  struct EpochPoint: Codable {
    var batch: Int
    var validLoss: Double?
    var metrics: [Double]
  }
  struct Point: Codable {
    var batch: Double
    var value: Double
  }
  /// What was drawn, besides the batches of the current fit.
  struct Curves: Codable {
    /// The number of batches of earlier fits.
    var offset = 0
    /// Smoothed losses and learning rates of earlier fits, thinned.
    var losses: [Point] = []
    var rates: [Point] = []
    var metricNames: [String] = []
    var epochs: [EpochPoint] = []
    /// The last epoch of the current fit that is part of `epochs`.
    var lastEpoch: Int?
  }
  private var curves = Curves()
  private var rowsBefore = 0

  /// Creates the callback.
  ///
  /// - Parameter path: Where the figure is written; ".png" and ".svg" are appended.
  public init(_ path: String = "training") {
    let suffix = [".png", ".svg"].first { path.hasSuffix($0) }
    self.path = String(path.dropLast(suffix?.count ?? 0))
  }

  /// Creates the folder.
  ///
  /// - Throws: `FileError`.
  public func beforeFit(_ learner: Learner) throws {
    let folder = PathParts(path).folder
    if !folder.isEmpty { try createFolder(folder) }
    curves.metricNames = learner.valid == nil ? [] : learner.metrics.map(\.name)
    curves.lastEpoch = nil
    rowsBefore = learner.recorder.rows.count
  }

  /// Draws the figure.
  public func afterEpoch(_ learner: Learner) throws { try addEpoch(learner) }

  /// Draws the last epoch if it was not drawn, and keeps the curves for the next fit.
  public func afterFit(_ learner: Learner) throws {
    try addEpoch(learner)
    curves.losses += thinned(learner.recorder.losses, learner)
    curves.rates += thinned(learner.recorder.learningRates, learner)
    curves.offset += learner.iteration
    curves.lastEpoch = nil
  }

  private func addEpoch(_ learner: Learner) throws {
    guard learner.recorder.rows.count > rowsBefore, let row = learner.recorder.rows.last,
      row.epoch == learner.epoch, row.epoch != curves.lastEpoch
    else { return }
    curves.lastEpoch = row.epoch
    curves.epochs.append(
      EpochPoint(
        batch: curves.offset + learner.iteration, validLoss: row.validLoss,
        metrics: row.metrics.map(\.value)))
    do {
      let figure = figure(learner)
      try figure.write(to: path + ".png")
      try figure.write(to: path + ".svg")
    } catch {
      // Training is worth more than its picture.
      try learner.note("figure", "\(error)")
      learner.report("\(error)")
    }
  }

  // MARK: The figure

  /// The figure so far.
  func figure(_ learner: Learner) -> Figure {
    let recorder = learner.recorder
    let expected = curves.offset + learner.epochCount * learner.train.batchCount
    let range = 0...Double(max(expected, curves.offset + learner.iteration, 1))
    func series(_ name: String, _ points: [Point]) -> LinePlot.Series {
      LinePlot.Series(name, points: points.map { ($0.batch, $0.value) })
    }
    func epochSeries(_ name: String, _ value: (EpochPoint) -> Double?) -> LinePlot.Series {
      LinePlot.Series(
        name, points: curves.epochs.map { (Double($0.batch), value($0) ?? .nan) },
        hasMarkers: true)
    }
    var losses = [series("train_loss", curves.losses + thinned(recorder.losses, learner))]
    if curves.epochs.contains(where: { $0.validLoss != nil }) {
      losses.append(epochSeries("valid_loss") { $0.validLoss })
    }
    let allRates = curves.rates + thinned(recorder.learningRates, learner)
    let rates = series("", allRates)
    // From zero: a constant rate has no range of its own.
    let highest = allRates.map(\.value).filter(\.isFinite).max() ?? 0
    let rateRange = highest > 0 ? 0...1.05 * highest : nil
    var panels: [Figure.Panel] = [
      .plot(LinePlot(losses, xLabel: "batch", xRange: range), title: "Loss"),
      .plot(
        LinePlot([rates], xLabel: "batch", xRange: range, yRange: rateRange), title: "Learning rate"
      ),
    ]
    if !curves.metricNames.isEmpty {
      let metrics = curves.metricNames.enumerated().map { index, name in
        epochSeries(name) { $0.metrics.indices.contains(index) ? $0.metrics[index] : nil }
      }
      panels.append(
        .plot(LinePlot(metrics, xLabel: "batch", xRange: range), title: "Metrics"))
    }
    return Figure(rows: [panels], cellSize: (420, 320))
  }

  /// At most 500 points of a curve by batch, the last of each group of batches.
  private func thinned(_ values: [Double], _ learner: Learner) -> [Point] {
    let stride = max((values.count + 499) / 500, 1)
    // Skipped batches are not recorded.
    let first = curves.offset + learner.iteration - values.count + 1
    return values.indices.filter { ($0 + 1) % stride == 0 || $0 == values.count - 1 }.map {
      Point(batch: Double(first + $0), value: values[$0])
    }
  }
}

extension ShowGraphCallback: ResumableCallback {
  /// The points of earlier epochs and fits.
  public func state() throws -> CallbackState { try CallbackState(curves) }

  /// Restores the points of earlier epochs and fits.
  ///
  /// - Throws: `DecodingError` if it is the state of another callback.
  public func restore(_ state: CallbackState) throws {
    curves = try state.values(as: Curves.self)
  }
}
