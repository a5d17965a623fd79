import ArgumentParser
import Console
import Lightbox

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Choose a temperature and a decision threshold on a run's validation images.",
    usage: "lightbox calibrate <run> [--temperature] [--threshold <rule>] [<options>]",
    discussion: """
      Stores calibration.json in the run; predict, evaluate, interpret and export use it. A calibration that is \
      there is replaced. With neither --temperature nor --threshold, a temperature is chosen.

      The test images are refused: a threshold that was chosen on them makes their sensitivity and specificity \
      better than those of new images.
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(help: "The checkpoint: best or last.")
  var checkpoint = "best"

  @Flag(
    help: "Divide outputs by a temperature, so that probabilities are as often right as they say.")
  var temperature = false

  @Option(
    help: ArgumentHelp(
      "youden, sensitivity:0.95, specificity:0.9 or a probability: from where the second of two classes is decided.",
      valueName: "rule"))
  var threshold: String?

  @Option(help: "The part of the run's data: valid.")
  var split = "valid"

  @Flag(help: "Remove the calibration.")
  var remove = false

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var loading: WorkersOption
  @OptionGroup var unreadable: UnreadableOption

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let threshold, CalibrationThreshold(threshold) == nil {
      throw ValidationError(
        "--threshold \(threshold): use youden, sensitivity:X, specificity:X or X, with X from 0 to 1"
      )
    }
    if remove, temperature || threshold != nil {
      throw ValidationError("--remove takes no --temperature and no --threshold")
    }
  }

  func run() throws {
    if remove {
      let removed = try RunCalibration.remove(from: RunFolder(opening: folder))
      return say("lightbox: \(removed ? "removed the calibration" : "there is no calibration")")
    }
    try compute.settings().apply()
    let saved: SavedRun
    do {
      saved = try SavedRun(folder, checkpoint: checkpoint)
    } catch let error as CheckpointError where error.isOfValues {
      say("Error: \(error)")
      throw ExitCode(2)
    }
    let rule = threshold.flatMap { CalibrationThreshold($0) }
    let found = try saved.calibrate(
      temperature: temperature || rule == nil, threshold: rule, split: split,
      workers: loading.workers, unreadable: unreadable.policy
    ) { say("lightbox: no temperature: \($0.problem)") }
    if json { return try printJSON(found) }
    print(found)
    say("lightbox: stored in \(saved.folder.path.printable)/calibration.json")
  }
}
