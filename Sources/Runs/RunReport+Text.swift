import Console
import Interpret
import Training

extension RunReport: CustomStringConvertible {
  /// Tables of at most 80 columns.
  public var description: String {
    let parts: [String?] = [
      summary + "\n" + wrapped(decisionWords).joined(separator: "\n"), classification.table,
      classification.areas, details.joined(separator: "\n"),
    ]
    return
      (parts.compactMap(\.self) + subgroups.map(\.description)
      + [wrapped(classification.method).joined(separator: "\n")]).joined(separator: "\n\n")
  }

  /// Two lines: images and time, and the measures of the whole.
  public var summary: String {
    let count = interpretation.count
    return
      "\(count) images (\(split)), \(NumberFormat.fixed(seconds, 1)) s, "
      + "\(NumberFormat.fixed(Double(count) / max(seconds, 1e-9), 1)) images/s\n"
      + "AUC \(auc.text), accuracy \(classification.accuracy.text), "
      + "loss \(NumberFormat.measured(loss))"
  }

  /// How classes were decided, and by how many passes.
  private var decisionWords: String {
    decision.words
      + (options.testTimeAugmentation.map {
        "; probabilities are means with \($0) augmented passes"
      }
        ?? "")
  }

  /// Decisions about one class, calibration and confusions.
  private var details: [String] {
    // Of several classes without a threshold, sensitivity is the recall of the table.
    let isAsked =
      operatingPoints.count == 1 || decision.threshold != nil || options.positiveClass != nil
    var lines = (isAsked ? operatingPoints : []).flatMap { name, counts in
      wrapped(
        "\(name.printable): sensitivity \(counts.sensitivity.text), specificity "
          + "\(counts.specificity.text), positive predictive value "
          + "\(counts.positivePredictiveValue.text), negative \(counts.negativePredictiveValue.text)"
      )
    }
    lines += wrapped(
      "calibration error (ECE, \(calibration.bins.count) bins) "
        + Estimate(calibration.expectedError).text)
    let confused = interpretation.mostConfused().prefix(5)
    if !confused.isEmpty {
      lines += wrapped(
        "most confused: "
          + confused.map {
            "\($0.actual.printable) taken for \($0.predicted.printable) (\($0.count))"
          }.joined(separator: ", "))
    }
    return lines
  }
}
