import ArgumentParser
import Lightbox

/// How boxes are made from maps.
struct BoxOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How boxes are made: \(BoxRule.forms). SHARE and Q are 0 to 1; calibrated uses the threshold that was chosen on "
        + "validation masks.",
      valueName: "rule"))
  var boxRule: String?

  @Option(
    help: ArgumentHelp(
      "The smallest region that becomes a box, as a share of what the model sees, such as 0.001 or 0.1%.",
      valueName: "share"))
  var minimumArea: String?

  @Option(help: "The most boxes of one map.")
  var maximumBoxes: Int?

  func validate() throws {
    _ = try parsed(calibration: nil, isResolved: false)
  }

  /// The options.
  ///
  /// - Parameters:
  ///   - fallback: The rule where none is given.
  ///   - calibration: The threshold that was chosen for the run; nil if there is none.
  /// - Returns: The options, with the threshold of the run where the rule needs it.
  /// - Throws: `ValidationError` naming the option.
  func parsed(
    default fallback: BoxRule = BoxOptions().rule, calibration: CalibratedThreshold?
  ) throws -> BoxOptions {
    try parsed(default: fallback, calibration: calibration, isResolved: true)
  }

  private func parsed(
    default fallback: BoxRule = BoxOptions().rule, calibration: CalibratedThreshold?,
    isResolved: Bool
  ) throws -> BoxOptions {
    try requireOption("--maximum-boxes", maximumBoxes, in: 1...1000)
    var options = BoxOptions()
    do {
      let rule = try boxRule.map { try BoxRule($0) } ?? fallback
      options.rule = isResolved ? try rule.resolved(calibration) : rule
    } catch {
      throw ValidationError("--box-rule \(error)")
    }
    if let minimumArea {
      let isPercent = minimumArea.hasSuffix("%")
      guard let number = Double(isPercent ? String(minimumArea.dropLast()) : minimumArea),
        case let share = isPercent ? number / 100 : number, (0...1).contains(share)
      else {
        throw ValidationError("--minimum-area \(minimumArea): use a share of 0 to 1, or 0% to 100%")
      }
      options.minimumArea = share
    }
    if let maximumBoxes { options.maximumCount = maximumBoxes }
    return options
  }
}
