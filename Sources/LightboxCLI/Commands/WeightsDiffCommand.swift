import ArgumentParser
import Foundation
import Lightbox

struct WeightsDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare the networks in two files; the exit code is 1 if they differ.")

  @Argument(help: "A safetensors or PyTorch file.")
  var first: String

  @Argument(help: "Another.")
  var second: String

  @OptionGroup var options: PartOption

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let comparison = try CheckpointComparison(
      Checkpoint(contentsOf: first), Checkpoint(contentsOf: second), part: options.part)
    if json {
      struct Line: Encodable {
        let name: String, outcome: String, detail: String
      }
      try printJSON(
        comparison.lines.map {
          Line(name: $0.name, outcome: word($0.outcome), detail: detail($0.outcome))
        })
    } else {
      let changed = comparison.lines.filter { $0.outcome != .same }
      if !changed.isEmpty {
        print(
          table(
            ["name", "", "largest difference"],
            changed.map { [ending(printable($0.name), 36), word($0.outcome), detail($0.outcome)] }))
        print("")
      }
      let words = ["same", "different", "other shape", "only in A", "only in B"]
      print(
        words.map { word in "\(comparison.lines.count { self.word($0.outcome) == word }) \(word)" }
          .joined(separator: ", "))
    }
    if !comparison.isSame { throw ExitCode(1) }
  }

  private func word(_ outcome: CheckpointComparison.Outcome) -> String {
    switch outcome {
    case .same: "same"
    case .different: "different"
    case .shapes: "other shape"
    case .onlyFirst: "only in A"
    case .onlySecond: "only in B"
    }
  }

  private func detail(_ outcome: CheckpointComparison.Outcome) -> String {
    switch outcome {
    case .same, .onlyFirst, .onlySecond: return ""
    case .shapes(let a, let b): return "\(shapeText(a)), \(shapeText(b))"
    case .different(let found):
      var types = ""
      if found.types[0] != found.types[1] {
        types = "\(found.types[0].rawValue), \(found.types[1].rawValue); "
      }
      guard found.count > 0 else { return types + "none" }
      return types + "\(short(found.absolute)), \(short(found.relative * 100)) %"
    }
  }

  private func short(_ value: Double) -> String {
    value.isFinite ? String(format: "%.3g", value) : "inf"
  }
}
