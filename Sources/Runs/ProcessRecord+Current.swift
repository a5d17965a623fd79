import Foundation
package import Logbook
import Tensors

extension ProcessRecord {
  /// This process: its command line, folder, git state, machine and libraries.
  package static var current: ProcessRecord {
    let folder = FileManager.default.currentDirectoryPath
    let facts = Compute.description.filter { ["oneDNN", "OpenBLAS"].contains($0.name) }
    let info = ProcessInfo.processInfo
    return ProcessRecord(
      arguments: info.arguments.map(quoted).joined(separator: " "), folder: folder,
      git: GitState.text(of: folder), host: info.hostName, processor: processor,
      threads: Compute.threads,
      system: ([info.operatingSystemVersionString] + facts.map { "\($0.name) \($0.value)" })
        .joined(separator: "; "))
  }

  /// An argument as a shell reads it.
  private static func quoted(_ argument: String) -> String {
    let plain = argument.utf8.allSatisfy {
      ("a"..."z").contains(Character(Unicode.Scalar($0)))
        || ("A"..."Z").contains(Character(Unicode.Scalar($0)))
        || ("0"..."9").contains(Character(Unicode.Scalar($0))) || "-_./=:,+@%".utf8.contains($0)
    }
    return plain && !argument.isEmpty
      ? argument : SbatchScript.quoted(argument)
  }

  /// The name of the processor; nil if the system does not tell.
  private static var processor: String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    return text.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

/// The state of the git repository that a folder is in.
enum GitState {
  private static let secondsToWait = 2.0

  /// The commit, followed by "+" if tracked files differ from it; nil without git or a repository.
  static func text(of folder: String) -> String? {
    guard let commit = git(["rev-parse", "HEAD"], in: folder)?.trimmingCharacters(in: .newlines),
      !commit.isEmpty
    else { return nil }
    let changes = git(
      ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"], in: folder)
    // A list that is too long or takes too long is not known to be empty.
    return commit + (changes?.isEmpty == true ? "" : "+")
  }

  /// The output of a git command; nil if it fails or does not end in time.
  private static func git(_ arguments: [String], in folder: String) -> String? {
    let (process, pipe, ended) = (Process(), Pipe(), DispatchSemaphore(value: 0))
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    process.terminationHandler = { _ in ended.signal() }
    guard (try? process.run()) != nil else { return nil }
    guard ended.wait(timeout: .now() + secondsToWait) == .success else {
      process.terminate()
      return nil
    }
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }
}
