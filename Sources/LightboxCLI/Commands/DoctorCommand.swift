import ArgumentParser
import Lightbox

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show what this machine has: processor, threads, libraries.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let lines =
      [("lightbox", lightboxVersion)] + Compute.description
      + [("memory free", "\(Compute.availableMemory >> 20) MiB")]
    if json {
      try printJSON(Dictionary(lines, uniquingKeysWith: { a, _ in a }))
    } else {
      let width = lines.map(\.0.count).max() ?? 0
      for (name, value) in lines {
        print(name + String(repeating: " ", count: width - name.count + 2) + value)
      }
    }
  }
}
