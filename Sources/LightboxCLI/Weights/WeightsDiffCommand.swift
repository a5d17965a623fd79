import ArgumentParser
import Console
import Lightbox

struct WeightsDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare the networks in two files; the exit code is 1 if they differ.")

  @Argument(help: "The first file: safetensors or PyTorch.")
  var first: String

  @Argument(help: "The second file.")
  var second: String

  @OptionGroup var options: PartOption

  @Flag(help: "Print JSON.")
  var json = false

  struct Line: Encodable {
    let name: String
    let outcome: String
    let detail: String
  }

  func run() throws {
    let comparison = try CheckpointComparison(
      Checkpoint(contentsOf: first), Checkpoint(contentsOf: second), part: options.part)
    let lines = comparison.lines.map {
      Line(name: $0.name, outcome: $0.outcome.words, detail: $0.outcome.detail)
    }
    if json { try printJSON(lines) } else { show(lines) }
    if !comparison.isSame { throw ExitCode(1) }
  }

  private func show(_ lines: [Line]) {
    let differences = lines.filter { $0.outcome != "same" }
    if !differences.isEmpty {
      print(
        TextTable(
          [TextColumn("name", isFlexible: true), "outcome", "largest difference"],
          rows: differences.map { [$0.name, $0.outcome, $0.detail] }))
      print("")
    }
    let outcomes = [
      "same", "different", "of another shape", "only in the first", "only in the second",
    ]
    let counts = outcomes.map { outcome in (outcome, lines.count { $0.outcome == outcome }) }
    print(counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", "))
  }
}

extension CheckpointComparison.Outcome {
  fileprivate var words: String {
    switch self {
    case .same: "same"
    case .different: "different"
    case .shapes: "of another shape"
    case .onlyFirst: "only in the first"
    case .onlySecond: "only in the second"
    }
  }

  fileprivate var detail: String {
    switch self {
    case .same, .onlyFirst, .onlySecond: return ""
    case .shapes(let first, let second): return "\(shapeText(first)), \(shapeText(second))"
    case .different(let found):
      func short(_ value: Double) -> String { NumberFormat.significant(value, 3) }
      let types =
        found.types[0] == found.types[1]
        ? "" : "\(found.types[0].rawValue), \(found.types[1].rawValue); "
      guard found.count > 0 else { return types + "none" }
      return types + "\(short(found.absolute)), \(short(found.relative * 100)) %"
    }
  }
}
