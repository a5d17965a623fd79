/// A section of a settings file.
package struct SettingsSection: Sendable {
  /// The parts of the table's name.
  package let path: [String]
  package let summary: String
  package let states: [SettingsState]
  /// False: it is written as a comment, as an example.
  package let isActive: Bool

  package init(
    _ path: [String], _ summary: String, _ states: [SettingsState], isActive: Bool = true
  ) {
    self.path = path
    self.summary = summary
    self.states = states
    self.isActive = isActive
  }

  /// The section as TOML, with the meaning of each key behind it.
  ///
  /// `comments`: whether to write comments, and settings without a value as comments.
  package func text(comments: Bool = true) -> String {
    let mark = isActive ? "" : "# "
    var lines = [(mark + "[\(TOMLText.key(path))]", summary)]
    for state in states {
      if let value = state.value {
        lines.append(
          (mark + "\(TOMLText.key(state.key)) = \(TOMLText.value(value))", Self.meaning(state)))
      } else if comments {
        lines.append(("# \(TOMLText.key(state.key)) = ", Self.meaning(state)))
      }
    }
    guard comments else { return lines.map { $0.0 + "\n" }.joined() }
    let width = min(lines.map(\.0.count).max() ?? 0, Self.column)
    return lines.map { line, comment in
      comment.isEmpty
        ? line + "\n"
        : line + String(repeating: " ", count: max(width - line.count, 0)) + "  # \(comment)\n"
    }.joined()
  }

  private static let column = 32

  private static func meaning(_ state: SettingsState) -> String {
    let unset = state.value == nil && !state.unset.isEmpty ? " Default: \(state.unset)." : ""
    return "\(state.help) \(state.type.prefix(1).uppercased() + state.type.dropFirst()).\(unset)"
  }

  /// The section as a part of a reference in Markdown.
  package var reference: String {
    var text = "| key | type | default | meaning |\n|---|---|---|---|\n"
    for state in states {
      let value = state.value.map { "`\(TOMLText.value($0))`" } ?? state.unset
      text += "| `\(state.key)` | \(cell(state.type)) | \(cell(value)) | \(cell(state.help)) |\n"
    }
    return text
  }

  private func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
