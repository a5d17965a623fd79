import Foundation
import Testing
import TestSupport

/// The built program, run as a child process.
enum Program {
  /// What a run of the program gave.
  struct Outcome {
    let code: Int32
    let wasKilled: Bool
    let output: String
    let errors: String
  }

  /// The program beside the test bundle.
  static let path: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (own as NSString).deletingLastPathComponent + "/lightbox"
  }()

  /// Runs the program with arguments, which may hold any bytes.
  static func run(_ arguments: [String], in folder: String? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    return try run(process)
  }

  /// Runs a shell script, in which `$lightbox` is the program.
  static func shell(_ script: String, in folder: String) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(["lightbox": path]) { $1 }
    return try run(process)
  }

  private static func run(_ process: Process) throws -> Outcome {
    // Files, not pipes: a pipe that is not read would stop the program.
    let base = NSTemporaryDirectory() + "lightbox-cli-" + UUID().uuidString
    func file(_ name: String) throws -> FileHandle {
      FileManager.default.createFile(atPath: base + name, contents: nil)
      return try #require(FileHandle(forWritingAtPath: base + name))
    }
    defer {
      for name in ["out", "err"] { try? FileManager.default.removeItem(atPath: base + name) }
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try file("out")
    process.standardError = try file("err")
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: base + name)), as: UTF8.self)
    }
    return Outcome(
      code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: try text("out"), errors: try text("err"))
  }
}

/// A folder with images, removed at the end of the test.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "lightbox-cli-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file below the folder.
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// Writes a DICOM file with a pattern, brighter by `shift`.
  func writeFilm(_ name: String, seed: Int = 0, shift: Int = 0) throws {
    try write(
      SmallDICOM.file(
        pixels: (0..<1440).map { UInt8(($0 * (7 + seed) + $0 / 40 * 13) % 160 + shift) }, rows: 36,
        columns: 40), to: name)
  }

  /// Writes films and `labels.csv`: so many to train, to validate and to test.
  func writeData(_ folder: String, train: Int = 8, valid: Int = 4, test: Int = 4) throws {
    var table = "file,label,split\n"
    let splits = [("train", train), ("valid", valid), ("test", test)]
    for (number, split) in splits.flatMap({ [String](repeating: $0, count: $1) }).enumerated() {
      try writeFilm("\(folder)/\(number).dcm", seed: number, shift: number % 2 * 80)
      table += "\(number).dcm,\(number % 2 == 0 ? "a" : "b"),\(split)\n"
    }
    try write(table.utf8, to: "\(folder)/labels.csv")
  }

  /// Options of a training of a second.
  static let training = [
    "--arch", "resnet20", "--size", "32", "--epochs", "1", "--batch-size", "4",
  ]

  /// Writes `films` and trains `run`.
  func train(_ options: [String] = []) throws {
    try writeData("films")
    let outcome = try lightbox(["train", "films", "--out", "run"] + Self.training + options)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  func lightbox(_ arguments: [String]) throws -> Program.Outcome {
    try Program.run(arguments, in: path)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
  }
}
