import ArgumentParser
import Console
import Foundation
import Lightbox

/// Measuring maps against true masks, and choosing maps by them, in `lightbox interpret`.
struct MapEvaluationOption: ParsableArguments {
  /// What `--measures` names.
  enum Measures: String, ExpressibleByArgument, CaseIterable {
    case masks, model, sanity, all

    var groups: MapMeasureGroups {
      switch self {
      case .masks: .masks
      case .model: [.masks, .model]
      case .sanity: [.masks, .sanity]
      case .all: .all
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      "Measure the maps against the true masks of a CSV file, beside maps that know nothing.",
      valueName: "masks.csv"))
  var evaluate: String?

  @Option(
    help: ArgumentHelp(
      "Choose method, layers and threshold by the masks of validation images; stored in the run.",
      valueName: "masks.csv"))
  var choose: String?

  @Option(
    help: "masks, or beside them model (insertion, deletion, ROAD), sanity or all.")
  var measures = Measures.masks

  @Option(
    help: ArgumentHelp(
      "Without files: the part of the run's table. Default: test, else all; valid for --choose."))
  var split: String?

  @Option(help: "The seed of random maps, random weights and resamples.")
  var seed: UInt64 = 1

  /// Whether maps are measured or chosen instead of drawn.
  var isWanted: Bool { evaluate != nil || choose != nil }

  func validate() throws {
    if evaluate != nil, choose != nil {
      throw ValidationError("--evaluate and --choose: choose first, then evaluate")
    }
    if !isWanted, measures != .masks {
      throw ValidationError("--measures: give the masks with --evaluate")
    }
    try requireSplit(split)
  }

  /// Measures or chooses, and prints the tables.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - files: Images; none: a part of the run's own data.
  ///   - explainers: What makes the maps that are measured.
  ///   - threshold: The calibrated threshold of these maps; nil: the best one on the images.
  ///   - className: The class of the masks; nil: the last one.
  ///   - maskSize: The size of the masks; nil: that of their images.
  ///   - out: The folder of `evaluation.json`; nil: nothing is written.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Throws: The errors of the library, `ExitCode` if a file cannot be measured.
  func run(
    _ run: any SavedModel, files: [String], explainers: [Explainer], threshold: Double?,
    className: String?, maskSize: ImageSize?, out: String?, unreadable: UnreadableOption
  ) throws {
    var options = MapEvaluationOptions()
    options.measures = measures.groups
    options.className = className
    options.maskSize = maskSize
    options.threshold = threshold
    options.seed = seed
    let progress = ProgressLine()
    if let choose {
      guard let folder = run.run?.folder else {
        throw ValidationError(
          "--choose: the choice is stored in a run; give its folder, and export it afterwards")
      }
      let selected = try images(of: run, files, split ?? "valid")
      if DataSplit(name: selected.name) == .test {
        say("lightbox: warning: what is chosen on test images has to be reported on others")
      }
      let choice = try run.chooseMaps(
        selected.items, split: selected.name, masks: choose, options: options
      ) { progress.show($0, $1, of: $2) }
      try choice.write(to: folder)
      for line in choice.lines { print(line) }
    } else if let evaluate {
      let selected = try images(of: run, files, split)
      let result = try run.evaluateMaps(
        selected.items, masks: evaluate, explainers: explainers, options: options
      ) { progress.show($0, $1, of: $2) }
      if let out { try result.write(to: out) }
      for line in result.report.lines { print(line) }
      for error in result.errors where !error.isOfFile { say("Error: \(error)") }
      try unreadable.exit(
        after: result.report.images.measured, errors: result.errors.count,
        unreadable: result.errors.filter(\.isOfFile).map { "\($0)" })
    }
  }

  /// The images: files as given, or a part of the run's own data.
  func images(
    of run: any SavedModel, _ files: [String], _ split: String?
  ) throws -> (items: [DataItem], name: String) {
    guard files.isEmpty else { return (files.map { DataItem(path: $0) }, "files") }
    guard let run = run.run else {
      throw ValidationError("an exported model has no data of its own; give the image files")
    }
    let selected = try run.ownItems(split: split)
    for warning in selected.warnings { tell(warning) }
    return (selected.items, selected.name)
  }
}
