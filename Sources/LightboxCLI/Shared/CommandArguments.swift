import ArgumentParser
import Foundation
import Lightbox

/// The arguments of the process.
enum CommandArguments {
  /// The arguments without the program's name, as `FileName` keeps names that are not UTF-8.
  static var given: [String] {
    var arguments: [String] = []
    for index in 1..<max(Int(CommandLine.argc), 1) {
      guard let argument = CommandLine.unsafeArgv[index] else { break }
      arguments.append(
        FileName.text(
          UnsafeBufferPointer(start: argument, count: strlen(argument)).map {
            UInt8(bitPattern: $0)
          }))
    }
    return arguments
  }

  /// Says which argument is empty; nil if none is.
  ///
  /// An empty path would be read as the current folder, an empty name as any.
  static func emptyArgument(in arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return nil }
      if argument.hasPrefix("--"), argument.hasSuffix("=") {
        return "\(argument.dropLast()): the value is empty; give one, or leave the option out"
      }
      guard argument.isEmpty else { continue }
      let previous = index > 0 ? arguments[index - 1] : ""
      return previous.hasPrefix("--")
        ? "\(previous) \"\": the value is empty; give one, or leave the option out"
        : "argument \(index + 1) is empty; give a path or a name"
    }
    return nil
  }
}
