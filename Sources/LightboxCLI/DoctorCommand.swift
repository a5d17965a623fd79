import ArgumentParser
import Console
import Lightbox

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show the processor, threads, libraries and limits that Lightbox uses.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let facts = [("lightbox", lightboxVersion)] + Compute.description
    if json {
      try printJSON(Dictionary(facts, uniquingKeysWith: { first, _ in first }))
    } else {
      print(TextTable(["", ""], rows: facts.map { [$0.0, $0.1] }).body)
    }
  }
}
