import ArgumentParser
import Foundation
import Lightbox

struct SweepSbatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sbatch", abstract: "Print a Slurm script that trains a sweep as an array job.",
    usage: "lightbox sweep sbatch <sweep> [<options>]",
    discussion: """
        lightbox sweep sbatch SWEEP --cpus 8 --time 4:00:00 --parallel 20 > sweep.sh && sbatch sweep.sh

      Some minutes before the time limit a trial saves its state, and its job is queued again.
      """)

  @Argument(help: "The folder of the sweep.")
  var sweep: String

  @Option(help: "Cores of a trial, 1 to 1024.")
  var cpus = 8

  @Option(help: "The time limit of a trial, as Slurm writes it, such as 4:00:00 or 1-12:00:00.")
  var time = "24:00:00"

  @Option(help: "Trials at the same time, 1 or more. Default: no limit.")
  var parallel: Int?

  @Option(
    help: ArgumentHelp("Memory of a trial, such as 16G. Default: the cluster's.", valueName: "size")
  )
  var mem: String?

  @Option(help: "The partition. Default: the cluster's.")
  var partition: String?

  func validate() throws {
    try requireOption("--cpus", cpus, in: 1...1024)
    try requireOption("--parallel", parallel, in: 1...Int.max)
    for (option, text) in [
      ("--time", time), ("--mem", mem ?? "0"), ("--partition", partition ?? "0"),
    ]
    where text.contains(where: { $0.isWhitespace || $0 == "#" }) {
      throw ValidationError("\(option) \(text): use a value without blanks")
    }
  }

  func run() throws {
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "lightbox"
    var script = SbatchScript(try Sweep(sweep), program: program)
    script.cpus = cpus
    script.time = time
    script.parallel = parallel
    script.memory = mem
    script.partition = partition
    print(script.description.dropLast())
  }
}
