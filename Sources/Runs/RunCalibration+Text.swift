import Console
import Files
import Training

extension RunCalibration: CustomStringConvertible {
  /// In one line: "temperature 1.31, threshold p(Pneumothorax) >= 0.42 (checkpoint best)".
  package var words: String { parts.joined(separator: ", ") + " (checkpoint \(checkpoint))" }

  private var parts: [String] {
    var parts: [String] = []
    if let temperature = calibration.temperature {
      parts.append("temperature \(NumberFormat.significant(temperature, 4))")
    }
    if let decision = calibration.decision {
      parts.append(
        "threshold p(\((className ?? "").printable)) >= \(NumberFormat.significant(decision.threshold, 4)), "
          + (decision.criterion?.words ?? "as given"))
    }
    return parts
  }

  /// States that the temperature, which minimizes the log loss, has made the calibration error larger.
  private var warnings: [String] {
    guard calibration.temperature != nil, let old = before.expectedCalibrationError,
      let new = after.expectedCalibrationError, new > old
    else { return [] }
    return [
      "", "The temperature minimizes the log loss; the calibration error is larger with it.",
      "With \(images) images the error is uncertain; --remove removes the temperature.",
    ]
  }

  /// The temperature and the threshold, and the measures before and after.
  public var description: String {
    let lines = ["\(images) images (\(split)), checkpoint \(checkpoint)"] + parts
    func row(_ name: String, _ value: (Measures) -> Estimate) -> [String]? {
      let (old, new) = (value(before), value(after))
      return old.value == nil && new.value == nil ? nil : [name, old.text, new.text]
    }
    // A threshold alone changes no probability.
    let probabilities =
      calibration.temperature == nil
      ? []
      : [
        row("calibration error (ECE)") { Estimate($0.expectedCalibrationError) },
        row("log loss") { Estimate($0.logLoss) },
      ]
    let table = TextTable(
      ["", .right("before"), .right("after")],
      rows: (probabilities + [
        row("accuracy") { $0.accuracy },
        row("sensitivity") { $0.sensitivity }, row("specificity") { $0.specificity },
      ]).compactMap(\.self))
    return (lines + ["", table.description] + warnings).joined(separator: "\n")
  }
}
