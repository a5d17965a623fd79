import Console
import Files

extension ScanSummary {
  private static let width = 80
  /// A blank at which no line is broken, until it is printed.
  private static let keptBlank = "\u{1F}"
  /// The column in which values start.
  private static let indent = 19

  /// The summary as text of 80 columns.
  ///
  /// - Parameters:
  ///   - limit: The most entries of each finding.
  ///   - values: The most values of each property.
  /// - Returns: Several lines without a final newline.
  package func text(limit: Int = 5, values: Int = 8) -> String {
    let counts = [
      counted(dicomImages, "DICOM image"), pictures == 0 ? nil : "\(pictures) PNG or JPEG",
      "\(otherDICOM) other DICOM", "\(dicomDirectories) DICOMDIR", "\(otherFiles) of other kinds",
      "\(unreadable) unreadable",
    ]
    var lines = [
      "\(counted(files, "file")): ".replacing(" ", with: Self.keptBlank)
        + counts.compactMap { $0?.replacing(" ", with: Self.keptBlank) }.joined(separator: ", ")
    ]
    if dicomImages > 0 {
      lines.append(
        "\(counted(patients, "patient")), \(counted(studies, "study", "studies")), "
          + "\(series) series; \(counted(imagesWithoutPatient, "image")) without a patient ID")
    }
    lines = lines.flatMap { Self.wrapped($0, indent: 4) }
    if unchanged > 0 { lines.append("\(unchanged) unchanged since the last scan") }
    if hidden > 0 {
      lines.append(
        hidden == 1
          ? "1 hidden file or folder is not read" : "\(hidden) hidden files or folders are not read"
      )
    }
    if !pixelsRead, dicomImages + pictures > 0 {
      lines.append("pixels were not read (--headers-only)")
    }
    if findings.isEmpty {
      if dicomImages + pictures > 0 { lines += ["", "nothing needs attention"] }
    } else {
      lines += ["", "NEEDS ATTENTION"]
      for finding in findings { lines += Self.lines(of: finding, limit) }
    }
    if !properties.isEmpty { lines += ["", "FACTS"] }
    for property in properties {
      lines += Self.row(property.title, property.values, of: dicomImages + pictures, values)
    }
    if !identifiers.isEmpty {
      lines += ["", "IDENTIFIERS (files with a value; values are not shown)"]
      let shown = identifiers.map {
        "\($0.value) \($0.count)".replacing(" ", with: Self.keptBlank)
      }.joined(separator: ", ")
      lines += Self.wrapped("  " + shown, indent: 2)
    }
    return lines.joined(separator: "\n")
  }

  private static func lines(of finding: Finding, _ limit: Int) -> [String] {
    var lines = wrapped(
      "- " + finding.text + (finding.advice.map { ": \($0)" } ?? ""), indent: 2)
    for entry in finding.entries.prefix(limit) {
      lines.append("    " + entry.printable.truncatingMiddle(to: width - 4))
    }
    if finding.entries.count > limit {
      lines.append("    and \(finding.entries.count - limit) more")
    }
    return lines
  }

  private static func row(
    _ name: String, _ values: [Value], of total: Int, _ limit: Int
  ) -> [String] {
    var parts = values.prefix(limit).map { value in
      let isAll = values.count == 1 && value.count == total
      return "\(value.value.printable) (\(isAll ? "all" : "\(value.count)"))"
        .replacing(" ", with: keptBlank)
    }
    if values.count > limit {
      let rest = values.dropFirst(limit)
      parts.append(
        "\(rest.count) more (\(rest.reduce(0) { $0 + $1.count }))".replacing(" ", with: keptBlank))
    }
    let title = name + String(repeating: keptBlank, count: max(1, indent - 2 - name.count))
    return wrapped(keptBlank + keptBlank + title + parts.joined(separator: ", "), indent: indent)
  }

  /// Breaks a text between words.
  private static func wrapped(_ text: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    let margin = String(repeating: " ", count: indent)
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let longer = line.isEmpty && lines.isEmpty ? String(word) : line + " " + word
      if longer.count > width, !line.isEmpty {
        lines.append(line)
        line = margin + word
      } else {
        line = longer
      }
    }
    lines.append(line)
    return lines.map { line in
      var line = line.replacing(keptBlank, with: " ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension String {
  /// The text, or its beginning, an ellipsis and its end if it is longer than `width`.
  fileprivate func truncatingMiddle(to width: Int) -> String {
    guard count > width, width > 8 else { return self }
    let tail = (width - 1) / 2
    return prefix(width - 1 - tail) + "…" + suffix(tail)
  }
}
