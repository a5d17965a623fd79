import ArgumentParser
import Lightbox

struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make synthetic chest films with pneumothoraces, laid out like SIIM's.",
    discussion:
      "The same numbers give the same bytes. Half of the films have a pneumothorax; the true masks are in masks.csv."
  )

  @Argument(help: "The folder to make.")
  var out: String

  @Option(help: "Films.")
  var count = 250

  @Option(help: "Rows and columns of each film.")
  var size = 1024

  @Option(help: "The seed of everything random.")
  var seed: UInt64 = 7

  @Option(help: "Threads; all cores unless said.")
  var threads: Int?

  @Flag(help: "Replace a set that is already there.")
  var overwrite = false

  func run() throws {
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): use 1 or more") }
    let maker = SyntheticSIIM(count: count, size: size, seed: seed, threads: threads)
    let line = CountLine(what: "film")
    let summary = try maker.write(to: out, overwrite: overwrite) { line.show($0, $1) }
    print(
      "\(out): \(summary.films) films of \(summary.patients) patients, "
        + "\(summary.pneumothoraces) with a pneumothorax, \(summary.inverted) stored as MONOCHROME1; "
        + "\(summary.train) to train, \(summary.valid) to choose by, \(summary.test) to test")
  }
}
