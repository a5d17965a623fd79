import ArgumentParser
import Console
import Lightbox

struct RunsCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare runs: settings, best epochs, predictions.",
    discussion: """
      Shows the settings that differ and the losses and metrics of the best epoch of each run. Where runs have \
      predictions of the same images (RUN/predictions/*.csv, as "lightbox evaluate RUN DATA" \
      writes them), these are compared in pairs, with intervals of 95 %.
      """)

  @Argument(help: ArgumentHelp("Two or more runs.", valueName: "run"))
  var paths: [String]

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if paths.count < 2 { throw ValidationError("give two or more runs") }
  }

  private struct Report: Encodable {
    let runs: [String]
    let settings: [RunComparison.Row]
    let bestEpochs: [Int?]
    let results: [RunComparison.Row]
    let predictions: [RunComparison.Pair]
    let notes: [String]
  }

  func run() throws {
    let runs = paths.map { RunSummary.Listed(name: $0, path: $0) }
    let errors = runs.compactMap(\.error)
    for error in errors { say("Error: \(error)") }
    if !errors.isEmpty { throw ExitCode(1) }
    let found = RunComparison(runs)
    if json {
      return try printJSON(
        Report(
          runs: paths, settings: found.settings, bestEpochs: runs.map { $0.bestEpoch?.epoch },
          results: found.results, predictions: found.paired, notes: found.unpaired))
    }
    printRuns(found)
    printSettings(found)
    printResults(found)
    for pair in found.paired { printPair(pair, names: runs.indices.map(Self.letter)) }
    for note in found.unpaired { print("no paired comparison: \(note)".printable) }
    if found.paired.isEmpty {
      print("to store them: lightbox evaluate RUN DATA")
    }
  }

  /// The name of a run in the tables: A to Z, then R27.
  private static func letter(_ place: Int) -> String {
    place < 26 ? String(UnicodeScalar(UInt8(65 + place))) : "R\(place + 1)"
  }

  private func printRuns(_ found: RunComparison) {
    print(
      TextTable(
        [
          "", TextColumn("run", isFlexible: true), "status", .right("epochs"), .right("best"), "by",
        ],
        rows: found.runs.enumerated().map { place, run in
          [
            Self.letter(place), run.path, run.status, "\(run.epochs.count)",
            run.bestEpoch.map { "\($0.epoch)" } ?? "", run.summary?.monitor ?? "",
          ]
        }))
    print("")
  }

  private func printSettings(_ found: RunComparison) {
    guard !found.settings.isEmpty else { return print("the settings are the same\n") }
    let columns =
      [TextColumn("setting", isFlexible: true)]
      + found.runs.indices.map { TextColumn(Self.letter($0), isFlexible: true) }
    let table = TextTable(
      columns, rows: found.settings.map { row in [row.name] + row.values.map { $0?.text ?? "" } })
    print(table.blocks().map(\.description).joined(separator: "\n\n") + "\n")
  }

  private func printResults(_ found: RunComparison) {
    let letters = found.runs.indices.map(Self.letter)
    let others = letters.dropFirst().map { "\($0) - \(letters[0])" }
    let table = TextTable(
      [TextColumn("best epoch", isFlexible: true)]
        + (letters + others).map(TextColumn.right),
      rows: found.results.map { row in
        let numbers = row.values.map { value in
          if case .number(let number)? = value { number } else { Double?.none }
        }
        let differences = numbers.dropFirst().map { number in
          number.flatMap { number in numbers[0].map { number - $0 } }
        }
        return [row.name] + numbers.map { Self.cell($0) }
          + differences.map { Self.cell($0, isSigned: true) }
      })
    print(table.blocks().map(\.description).joined(separator: "\n\n") + "\n")
  }

  private static func cell(_ value: Double?, isSigned: Bool = false) -> String {
    guard let value, value.isFinite else { return "" }
    return (isSigned && value >= 0 ? "+" : "") + NumberFormat.fixed(value, 4)
  }

  private func printPair(_ pair: RunComparison.Pair, names: [String]) {
    let found = pair.comparison
    let (a, b) = (names[0], names[pair.run])
    print(
      "\(found.table): \(found.count) images in both"
        + (found.unpaired > 0 ? ", \(found.unpaired) left out" : "")
        + (found.patients.map { ", \($0) patients" } ?? ", taken as independent"))
    print(
      TextTable(
        [
          "", .right(a), .right(b), .right("\(b) - \(a)"), .right("95 % interval"), .right("p"),
        ],
        rows: found.results.map { result in
          let interval = result.difference.interval
          return [
            result.name, Self.cell(result.first), Self.cell(result.second),
            Self.cell(result.difference.value, isSigned: true),
            interval.map {
              "\(Self.cell($0.low, isSigned: true)) to \(Self.cell($0.high, isSigned: true))"
            } ?? "",
            Self.cell(result.pValue),
          ]
        }))
    print("")
  }
}
