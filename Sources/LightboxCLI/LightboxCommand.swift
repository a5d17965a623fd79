import ArgumentParser
import Foundation
import Lightbox

/// The program.
@main
struct LightboxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lightbox",
    abstract: "Fine-tune image classifiers on medical images and explain their predictions.",
    version: lightboxVersion,
    subcommands: [
      DoctorCommand.self, DataCommand.self, TrainCommand.self, EvaluateCommand.self,
      PredictCommand.self, InterpretCommand.self, ModelsCommand.self, WeightsCommand.self,
      RunsCommand.self, BenchCommand.self,
    ])

  /// Ignores SIGPIPE: a closed pipe must not kill the process while it writes a file.
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    let arguments = CommandArguments.given
    if let message = CommandArguments.emptyArgument(in: arguments) {
      exit(withError: ValidationError(message))
    }
    main(arguments)
  }
}
