import Console
import Testing

@Suite("Messages in lines of a terminal")
struct TextWrappingTests {
  @Test("messages are broken at blanks, paths are kept, tables stay")
  func wrapped() {
    let path = "/a/" + String(repeating: "x", count: 50)
    let message = "Error: \(path) has one word after another, and the message goes on and on"
    let lines = TextWrapping.wrapped(message, width: 40).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 40 || $0.contains(path) })
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") })
    #expect(
      lines.map { $0.drop { $0 == " " } }.joined(separator: " ") == message)
    let table = String(repeating: "a  b", count: 30)
    #expect(TextWrapping.wrapped(table, width: 40) == table)
    #expect(TextWrapping.wrapped("Error: short\n" + table, width: 40) == "Error: short\n" + table)
  }

  @Test("what is no terminal has no width")
  func pipe() { #expect(TextWrapping.width(of: -1) == nil) }
}
