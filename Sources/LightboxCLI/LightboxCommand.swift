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
      DoctorCommand.self, DataCommand.self, TrainCommand.self, LRFindCommand.self,
      SweepCommand.self,
      CalibrateCommand.self, EvaluateCommand.self, PredictCommand.self, InterpretCommand.self,
      ExportCommand.self, ModelsCommand.self, WeightsCommand.self, RunsCommand.self,
      BenchCommand.self,
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
    var running: (any ParsableCommand.Type)?
    do {
      if let message = CommandArguments.emptyArgument(in: arguments) {
        throw ValidationError(message)
      }
      var command = try parseAsRoot(CommandArguments.joiningNegativeNumbers(arguments))
      running = type(of: command)
      try command.run()
      StandardOutput.finish()
    } catch {
      let (code, message) = (exitCode(for: error), text(of: error, in: running))
      if code == .success {
        if !message.isEmpty { print(message) }
        StandardOutput.finish()
      } else if !message.isEmpty {
        say(message)
      }
      exit(withError: code)
    }
  }

  /// The message of an error; a command that refuses a value when it runs names its own help.
  private static func text(of error: any Error, in command: (any ParsableCommand.Type)?) -> String {
    guard error is ValidationError, let names = command.flatMap({ path(to: $0, in: self) }) else {
      return fullMessage(for: error)
    }
    return "Error: \(message(for: error))\nSee '\(names.joined(separator: " ")) --help'."
  }

  private static func path(
    to command: any ParsableCommand.Type, in root: any ParsableCommand.Type
  ) -> [String]? {
    let name = root.configuration.commandName ?? root._commandName
    if root == command { return [name] }
    return root.configuration.subcommands.lazy.compactMap { path(to: command, in: $0) }.first
      .map { [name] + $0 }
  }
}
