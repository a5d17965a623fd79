extension String {
  /// The text with "?" instead of control characters, which a terminal would interpret.
  package var printable: String {
    String(
      map { character in
        character.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
          ? "?" : character
      })
  }

  /// The text, or an ellipsis and its last characters if it is longer than `width`.
  package func truncatingHead(to width: Int) -> String {
    count <= width ? self : width < 1 ? "" : "…" + suffix(width - 1)
  }

  /// The text, or its first characters and an ellipsis if it is longer than `width`.
  package func truncatingTail(to width: Int) -> String {
    count <= width ? self : width < 1 ? "" : prefix(width - 1) + "…"
  }
}
