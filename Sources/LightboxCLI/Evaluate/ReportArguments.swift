import ArgumentParser
import Console
import Lightbox

/// What `evaluate` measures and writes beside its table.
struct ReportArguments: ParsableArguments {
  @Option(
    help:
      "Write roc.png, precision-recall.png, reliability.png, confusion-matrix.png, top-losses.png, report.txt and report.json to a folder."
  )
  var figures: String?

  @Option(
    help:
      "A column of the table: measures of each of its values. More than 10 different numbers are divided at their quartiles. May be repeated."
  )
  var subgroup: [String] = []

  @Option(
    help:
      "The class of sensitivity, specificity and subgroups. Default: the last of two, all of more.")
  var positive: String?

  @Option(
    help:
      "The probability from which an image is decided positive, 0 to 1, in all measures. Of more than two classes, give --positive as well. Default: the threshold of the model, else the most probable class."
  )
  var threshold: Double?

  @Flag(
    help:
      "Look for evidence in borders and corners and for hot spots at one place, in maps of all images; with --figures also shortcuts.png."
  )
  var shortcuts = false

  func validate() throws {
    try requireOption("--threshold", threshold, in: 0...1)
  }

  /// An option that is given, of those for one class per image.
  var given: String? {
    if figures != nil { return "--figures" }
    if !subgroup.isEmpty { return "--subgroup" }
    if positive != nil { return "--positive" }
    if threshold != nil { return "--threshold" }
    return shortcuts ? "--shortcuts" : nil
  }

  var options: ReportOptions {
    ReportOptions(subgroups: subgroup, positiveClass: positive, threshold: threshold)
  }

  /// Writes the figures, and says what the check for shortcuts found.
  func write(_ report: RunReport) throws {
    if let figures {
      try report.write(to: figures)
      say("lightbox: figures and report in \(figures)")
    }
    guard shortcuts else { return }
    let line = ProgressLine()
    guard let check = try report.shortcutCheck(progress: { line.show("maps", $0, of: $1) }) else {
      return say("lightbox: no check for shortcuts: the network has no layer to map")
    }
    for warning in check.warnings { say("lightbox: warning: \(warning)") }
    if check.warnings.isEmpty { say("lightbox: no sign of a shortcut") }
    if let figures, check.hasMaps { try check.figure().write(to: "\(figures)/shortcuts.png") }
  }
}
