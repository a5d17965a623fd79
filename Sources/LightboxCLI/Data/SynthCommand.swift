import ArgumentParser
import Console
import Lightbox

struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Generate synthetic chest radiographs with pneumothoraces, in the layout of SIIM's.",
    usage: "lightbox data synth <out> [<options>]",
    discussion: """
      The same options give the same bytes. Half of the images have a pneumothorax; masks.csv has the \
      true masks.
      """)

  @Argument(help: "The folder to create.")
  var out: String

  @Option(help: "Number of images, 2 to 1000000.")
  var count = 250

  @Option(help: "Rows and columns of each image, 64 to 4096.")
  var size = 1024

  @Option(help: "Random seed, 0 to 2^64 - 1.")
  var seed: UInt64 = 7

  @Option(help: "Number of threads, 1 to 1024. Default: all cores.")
  var threads: Int?

  @Flag(help: "Replace an existing data set.")
  var overwrite = false

  func validate() throws {
    try requireOption("--count", count, in: SyntheticSIIM.allowedCounts)
    try requireOption("--size", size, in: SyntheticSIIM.allowedSizes)
    try requireOption("--threads", threads, in: 1...1024)
  }

  func run() throws {
    let generator = SyntheticSIIM(count: count, size: size, seed: seed, threads: threads)
    let line = ProgressLine()
    let summary = try generator.write(to: out, overwrite: overwrite) {
      line.show("images", $0, of: $1)
    }
    print("\(out): \(summary)")
  }
}
