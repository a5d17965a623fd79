import Foundation
import Testing

/// A folder with synthetic films in `films`, in which shell scripts run the built program as `$lightbox`.
final class ShellScript {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    .path

  /// Trains a small network on the films; give `--epochs` and `--out`.
  static let train =
    "$lightbox train films --arch resnet20 --size 32 --batch-size 8 --threads 1 --workers 1"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let made = try run("$lightbox data synth films --count 24 --size 64 --threads 1")
    #expect(made.code == 0, "\(made.errors)")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Runs a bash script in the folder.
  func run(_ script: String) throws -> (code: Int32, output: String, errors: String) {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let program = (own as NSString).deletingLastPathComponent + "/lightbox"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["lightbox": program, "SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let names = ["out-\(UUID())", "err-\(UUID())"].map { "\(path)/.\($0)" }
    let files = try names.map { name in
      FileManager.default.createFile(atPath: name, contents: nil)
      return try #require(FileHandle(forWritingAtPath: name))
    }
    (process.standardOutput, process.standardError) = (files[0], files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try names.map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self)
    }
    for name in names { try FileManager.default.removeItem(atPath: name) }
    return (process.terminationStatus, texts[0], texts[1])
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
