import ArgumentParser
import Lightbox

struct RunsPlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw the learning curves of one or several runs.",
    usage: "lightbox runs plot <run> ... --out <file> [<options>]",
    discussion: """
      Losses share a panel, each metric has its own; the best epoch of each run has a dot. With --steps the \
      training loss and the learning rate are drawn by step. A few values far from all others are outside of \
      the axis; a line below the figure says so.
      """)

  @Argument(help: ArgumentHelp("The runs, in the order of their colors.", valueName: "run"))
  var paths: [String]

  @Option(help: ArgumentHelp("The file: .png, .svg or .jpg.", valueName: "file"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "What is drawn, separated by commas. Default: losses and up to three metrics; with --steps train_loss and learning_rate.",
      valueName: "names"))
  var metric: String?

  @Flag(help: "Draw training loss and learning rate by step.")
  var steps = false

  @Option(
    help: ArgumentHelp(
      "Draw moving averages: the weight of the past, 0 to 0.999. Default: 0.98 for steps, 0 for epochs.",
      valueName: "weight"))
  var smooth: Double?

  @Flag(help: "A logarithmic axis for losses.")
  var log = false

  func validate() throws {
    try requireOption("--smooth", smooth, in: 0...0.999)
    let known = [".png", ".svg", ".jpg", ".jpeg"]
    guard known.contains(where: { out.lowercased().hasSuffix($0) }) else {
      throw ValidationError("--out \(out): use a name that ends in .png, .svg or .jpg")
    }
  }

  func run() throws {
    try requireFolder(of: "--out", out)
    let names = metric.map(namesInList)
    let isOfSteps = steps || names?.contains("learning_rate") == true
    var curves = try LearningCurves(contentsOf: paths, showsSteps: isOfSteps)
    curves.names = names
    curves.isLogarithmic = log
    curves.smoothing = smooth
    try curves.write(to: out)
    say("lightbox: \(out)")
  }
}
