import Console

extension ClassificationReport: CustomStringConvertible {
  /// A table of at most 80 columns, with intervals, and how these were computed.
  public var description: String {
    var lines = [table, "accuracy \(accuracy.text)"]
    if classes.count == 2, let auc = classes.last?.auc, auc.value != nil {
      lines.append("AUC \(auc.text)")
    }
    return (lines + [areas, wrapped(method).joined(separator: "\n")].compactMap(\.self))
      .joined(separator: "\n")
  }

  /// Recall, precision and F1 of each class and their averages.
  package var table: String {
    TextTable(
      [
        TextColumn("class", isFlexible: true), .right("images"), .right("recall"),
        .right("precision"), .right("F1"),
      ],
      rows: (classes + [macroAverage, weightedAverage]).map {
        [$0.name, "\($0.support)", $0.recall.text, $0.precision.text, $0.f1.text]
      }
    ).description
  }

  /// The area under the ROC curve of each class against the rest; nil for two classes, which share one, and without
  /// probabilities.
  package var areas: String? {
    let rows = classes + [macroAverage, weightedAverage]
    guard classes.count > 2, rows.contains(where: { $0.auc.value != nil }) else { return nil }
    return TextTable(
      [TextColumn("class against the rest", isFlexible: true), .right("AUC")],
      rows: rows.map { [$0.name, $0.auc.text] }
    ).description
  }
}

extension Estimate {
  /// The value and its interval, such as "0.975 (0.87–1.00)"; "–" for what is not defined.
  package var text: String {
    guard let value else { return "–" }
    let ends = interval.map { interval in
      // Rounded to two digits, a narrow interval may leave out its value: "0.999 (1.00–1.00)".
      func short(_ bound: Double) -> Double { (bound * 100).rounded() / 100 }
      let isInside = interval.low <= value && value <= interval.high
      let leavesOut = isInside && (short(interval.low) > value || short(interval.high) < value)
      let bounds = [interval.low, interval.high].map { NumberFormat.fixed($0, leavesOut ? 3 : 2) }
      return " (" + bounds.joined(separator: "–") + ")"
    }
    return NumberFormat.fixed(value, 3) + (ends ?? "")
  }
}

/// A text in lines of at most 80 characters.
package func wrapped(_ text: String, width: Int = 80) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
