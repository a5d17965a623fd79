import ArgumentParser
import Lightbox

/// How boxes are made from maps.
struct BoxOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How boxes are made: \(BoxRule.forms). SHARE and Q are 0 to 1; calibrated uses the threshold that was chosen on "
        + "validation masks. Default: calibrated if one was chosen, else relative:0.25.",
      valueName: "rule"))
  var boxRule: String?

  @Option(
    help: ArgumentHelp(
      "The smallest region that becomes a box, as a share of what the model sees, such as 0.001 or 0.1%. Default: 0.001.",
      valueName: "share"))
  var minimumArea: String?

  @Option(help: "The most boxes of one map. Default: 3.")
  var maximumBoxes: Int?

  func validate() throws {
    _ = try parsed(threshold: 0.5)
  }

  /// The options.
  ///
  /// - Parameter threshold: The threshold that was chosen with the maps of the run; nil if none was chosen.
  /// - Returns: The options; the rule is calibrated where no other is given and a threshold was chosen.
  /// - Throws: `ValidationError` naming the option.
  func parsed(threshold: Double?) throws -> BoxOptions {
    try requireOption("--maximum-boxes", maximumBoxes, in: 1...1000)
    var options = BoxOptions()
    let chosen = threshold.map { BoxRule.calibrated($0) }
    do {
      let given = try boxRule.map { try BoxRule($0) }
      let rule = given == .calibrated(nil) ? chosen ?? .calibrated(nil) : given
      options.rule = try (rule ?? chosen ?? options.rule).resolved(nil)
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
