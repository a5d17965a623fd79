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

  /// The arguments with negative numbers joined to their options: "--lr -1" as "--lr=-1".
  ///
  /// The parser would take them for names of options and say that a value is missing.
  static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    var isOption = false
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return joined + arguments[index...] }
      if isOption, argument.hasPrefix("-"), Double(argument) != nil, let option = joined.popLast() {
        joined.append("\(option)=\(argument)")
        isOption = false
      } else {
        joined.append(argument)
        isOption = argument.hasPrefix("--") && !argument.contains("=")
      }
    }
    return joined
  }
}
