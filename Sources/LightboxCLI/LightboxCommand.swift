import Foundation
import ArgumentParser
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

  /// Runs a command; every write to the standard output is checked, also of help and version.
  static func main() {
    StandardOutput.reserveDescriptors()
    Signals.start()
    Compute.onOutOfMemory { message in
      FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
      // Other threads still compute, so nothing is torn down.
      _exit(1)
    }
    let arguments = CommandArguments.given
    do {
      if let message = CommandArguments.emptyArgument(in: arguments) {
        throw ValidationError(message)
      }
      var command = try parseAsRoot(arguments)
      try command.run()
      StandardOutput.finish()
    } catch {
      let (code, message) = (exitCode(for: error), fullMessage(for: error))
      if code == .success {
        if !message.isEmpty { print(message) }
        StandardOutput.finish()
      } else if !message.isEmpty {
        say(message)
      }
      exit(withError: code)
    }
  }
}
