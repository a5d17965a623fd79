extension ModelSummary: CustomStringConvertible {
  /// A table of the layers in 80 columns, then totals; shapes without the batch.
  ///
  /// `train` says whether training changes a layer's parameters; MMACs are 1e6 multiplications, each with
  /// an addition. A path too long for its column loses its beginning.
  public var description: String {
    let titles = ["layer", "type", "output", "parameters", "train", "MMACs"]
    var rows = [titles]
    for layer in layers {
      let hasParameters = layer.parameters > 0
      rows.append([
        layer.path, layer.kind,
        layer.output.map { $0.dropFirst().map(String.init).joined(separator: " x ") } ?? "",
        hasParameters ? grouped(layer.parameters) : "",
        hasParameters ? (layer.trainable == 0 ? "no" : layer.isAllTrainable ? "yes" : "part") : "",
        layer.multiplyAdds > 0 ? millions(layer.multiplyAdds) : "",
      ])
    }
    var widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    widths[0] = min(widths[0], max(20, 80 - widths.dropFirst().reduce(0) { $0 + $1 + 2 }))
    let lines = rows.map { row in
      var line = titles.indices.map { column in
        let text = row[column]
        guard text.count <= widths[column] else { return "…" + text.suffix(widths[column] - 1) }
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 3 || column == 5 ? space + text : text + space
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    let totals =
      "parameters: \(grouped(parameters)), trainable: \(grouped(trainable)), "
      + "multiply-adds: \(millions(multiplyAdds)) million"
    return (lines + [totals]).joined(separator: "\n")
  }
}

extension ModelSummary.Layer {
  fileprivate var isAllTrainable: Bool { trainable == parameters }
}

/// A whole number with its digits in threes.
private func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.indices.map { i in
    (i > 0 && (digits.count - i) % 3 == 0 ? "," : "") + String(digits[i])
  }.joined()
}

/// Millions with one digit behind the point.
private func millions(_ number: Int) -> String {
  let tenths = (number + 50_000) / 100_000
  return grouped(tenths / 10) + ".\(tenths % 10)"
}
