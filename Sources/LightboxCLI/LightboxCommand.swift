import ArgumentParser
import Foundation
import Lightbox

/// The program.
@main
struct LightboxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lightbox",
    abstract: "Fine-tune image classifiers on medical films, and see why they decide.",
    version: lightboxVersion,
    subcommands: [
      DoctorCommand.self, DataCommand.self, TrainCommand.self, EvaluateCommand.self,
      PredictCommand.self, InterpretCommand.self, ModelsCommand.self, WeightsCommand.self,
      RunsCommand.self, BenchCommand.self,
    ])

  /// A closed pipe ends a print, not the process half-way through a write.
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    main(nil)
  }
}
