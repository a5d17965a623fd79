import Foundation
import Testing

/// Runs the queries and commands of `Docs/Database.md` and `Docs/Logbook.md` as they are written there.
@Suite("Documented queries")
struct DocumentedQueryTests {
  private static let document: String = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return ["Database", "Logbook"].map { name in
      let path = folder.appendingPathComponent("../../Docs/\(name).md").path
      return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }.joined(separator: "\n")
  }()

  private static func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  /// Replaces the names of the text by those of a folder with runs.
  private static func resolved(_ text: String) -> String {
    text.replacing("RUNS", with: "runs").replacing("RUN2", with: "runs/b")
      .replacing("RUN", with: "runs/a")
  }

  private func trained() throws -> ShellScript {
    let work = try ShellScript()
    let made = try work.run(
      """
      \(ShellScript.train) --epochs 2 --out runs/a > /dev/null 2>&1 || exit 1
      $lightbox evaluate runs/a films > /dev/null 2>&1 || exit 1
      cp -r runs/a runs/b
      """)
    try #require(made.code == 0, "\(made.errors)")
    return work
  }

  private static var shellLines: [String] {
    document.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("    sqlite3 ") || $0.hasPrefix("    for db in ")
    }
  }

  @Test(
    "queries of the sqlite3 shell give rows",
    .enabled(if: isInstalled("sqlite3"), "sqlite3 is not installed"))
  func shell() throws {
    #expect(Self.shellLines.count >= 10)
    let work = try trained()
    for line in Self.shellLines {
      let shown = try work.run(Self.resolved(line))
      #expect(shown.code == 0 && shown.errors.isEmpty, "\(line): \(shown.errors)")
      #expect(!shown.output.isEmpty, "\(line)")
    }
  }

  @Test("documented commands run")
  func commands() throws {
    let work = try trained()
    let lines = Self.document.split(separator: "\n").filter { $0.hasPrefix("    lightbox runs ") }
    #expect(lines.count >= 7)
    for line in lines {
      let command = Self.resolved(String(line)).replacing("    lightbox ", with: "$lightbox ")
      let shown = try work.run(command)
      #expect(shown.code == 0, "\(line): \(shown.errors)")
    }
  }

  private static let hasPandas: Bool = {
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = ["python3", "-c", "import pandas"]
    python.standardError = FileHandle.nullDevice
    guard (try? python.run()) != nil else { return false }
    python.waitUntilExit()
    return python.terminationStatus == 0
  }()

  @Test("the pandas examples run", .enabled(if: hasPandas, "pandas is not installed"))
  func pandas() throws {
    let parts = Self.document.components(separatedBy: "```python\n").dropFirst()
    let examples = parts.map {
      String($0.prefix(upTo: $0.range(of: "```")?.lowerBound ?? $0.endIndex))
    }
    #expect(examples.count == 2)
    let runs = try trained()
    for (number, example) in examples.enumerated() {
      try Self.resolved(example).write(
        toFile: "\(runs.path)/\(number).py", atomically: true, encoding: .utf8)
      let shown = try runs.run(
        "mkdir -p bin; ln -sf $lightbox bin/lightbox; PATH=$PWD/bin:$PATH python3 \(number).py")
      #expect(shown.code == 0 && !shown.output.isEmpty, "\(shown.errors)")
    }
  }
}
