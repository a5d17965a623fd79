import Files
import Foundation
public import Imaging
import Logbook
import Training

/// Losses and metrics of one or several runs by epoch, or of their training steps.
///
///     try LearningCurves(RunSummary("run")).write(to: "run/figures/curves.png")
///
/// Losses share a panel, each metric has its own. The best epoch of each run has a dot. A few values that are far from
/// all others are outside of the axis, which the caption says.
public struct LearningCurves: Sendable {
  /// The runs, in the order of their colors.
  let runs: [Run]
  /// The losses and metrics to draw: "train_loss", "valid_loss", "learning_rate" with `showsSteps`, or metrics.
  ///
  /// Default: losses, and metrics that all runs have, at most three.
  public var names: [String]?
  /// Whether the training loss and the learning rate are drawn by step.
  public var showsSteps = false
  /// Whether losses have a logarithmic axis.
  public var isLogarithmic = false
  /// The weight of the past in a moving average, 0 to less than 1; 0: values as they are.
  ///
  /// Default: 0.98 for steps, as of fastai's recorder, and 0 for epochs.
  public var smoothing: Double?

  /// What is drawn of a run.
  struct Run: Sendable {
    let path: String
    let name: String
    let epochs: [RunLog.Epoch]
    let best: RunLog.Epoch?
    let monitor: String
    let steps: [RunLog.Step]
  }

  /// Draws the epochs of a run.
  public init(_ run: RunSummary) { self.init([run], showsSteps: false) }

  /// Draws the epochs of a run that is being trained.
  init(path: String, epochs: [RunLog.Epoch], monitor: String) {
    runs = [
      Run(
        path: path, name: Self.shortNames([path])[0], epochs: epochs,
        best: RunSummary.bestEpoch(of: epochs, by: monitor), monitor: monitor, steps: [])
    ]
  }

  /// Draws the epochs of runs.
  ///
  /// - Parameters:
  ///   - runs: The runs, in the order of their colors.
  ///   - showsSteps: Whether the training loss and the learning rate are drawn by step.
  ///   - steps: The steps of each run; nil for none.
  init(_ runs: [RunSummary], showsSteps: Bool, steps: [[RunLog.Step]]? = nil) {
    let names = Self.shortNames(runs.map(\.path))
    self.runs = runs.indices.map { place in
      Run(
        path: runs[place].path, name: names[place], epochs: runs[place].epochs,
        best: runs[place].bestEpoch, monitor: runs[place].monitor,
        steps: steps?[place] ?? [])
    }
    self.showsSteps = showsSteps
  }

  /// Reads runs.
  ///
  /// - Parameters:
  ///   - paths: The folders of the runs, in the order of their colors.
  ///   - showsSteps: Whether the training loss and the learning rate are drawn by step.
  /// - Throws: `RunError`, `FileError`.
  public init(contentsOf paths: [String], showsSteps: Bool = false) throws {
    let runs = try paths.map { try RunSummary($0) }
    self.init(
      runs, showsSteps: showsSteps, steps: showsSteps ? try runs.map { try $0.steps() } : nil)
  }

  /// Writes the figure as PNG, SVG or JPEG, as the extension of the path says; an existing file is replaced.
  ///
  /// - Throws: `ImageFileError`, `FileError`, or `RunQueryError` if no run has the values.
  public func write(to path: String) throws {
    let folder = PathParts(path).parent
    if !folder.isEmpty { try createFolder(folder) }
    try figure().write(to: path)
  }

  /// The paths without the folders that all of them are in.
  private static func shortNames(_ paths: [String]) -> [String] {
    let parts = paths.map { path in
      path.split(separator: "/").map(String.init).filter { $0 != "." }
    }
    let shortest = parts.map(\.count).min() ?? 0
    var shared = 0
    while shared < shortest - 1, Set(parts.map { $0[shared] }).count == 1 { shared += 1 }
    return parts.map { $0.dropFirst(shared).joined(separator: "/") }
  }

  /// A moving average whose first values are not drawn to zero (fastai's `AvgSmoothLoss`).
  package static func smoothed(_ values: [Double], by weight: Double) -> [Double] {
    guard weight > 0 else { return values }
    var (sum, total) = (0.0, 0.0)
    return values.map { value in
      guard value.isFinite else { return .nan }
      sum = weight * sum + (1 - weight) * value
      total = weight * total + (1 - weight)
      return sum / total
    }
  }
}
