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

  /// Ignores SIGPIPE, since a closed pipe must not kill the process while it writes a file, and makes a lack of memory an
  /// error, not a crash.
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    Compute.onOutOfMemory { message in
      FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
      // Other threads still compute, so nothing is torn down.
      _exit(1)
    }
    main(nil)
  }
}
