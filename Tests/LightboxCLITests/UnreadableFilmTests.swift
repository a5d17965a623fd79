import Foundation
import Testing

@Suite("Films that cannot be read")
struct UnreadableFilmTests {
  /// Damages films of every part: cut, empty, text, missing, a pipe, a folder.
  private func damage(_ work: Scratch, _ folder: String) throws -> [String] {
    func replace(_ name: String, _ bytes: [UInt8]?) throws {
      try FileManager.default.removeItem(atPath: "\(work.path)/\(folder)/\(name)")
      if let bytes { try work.write(bytes, to: "\(folder)/\(name)") }
    }
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(work.path)/\(folder)/0.dcm")))
    try replace("0.dcm", Array(whole.prefix(700)))
    try replace("1.dcm", [])
    try replace("2.dcm", Array("just text".utf8))
    try replace("8.dcm", nil)
    try replace("12.dcm", nil)
    #expect(mkfifo("\(work.path)/\(folder)/12.dcm", 0o600) == 0)
    try replace("13.dcm", nil)
    try FileManager.default.createDirectory(
      atPath: "\(work.path)/\(folder)/13.dcm", withIntermediateDirectories: false)
    return ["0.dcm", "1.dcm", "2.dcm", "8.dcm", "12.dcm", "13.dcm"].map { "\(folder)/\($0)" }
  }

  @Test("train and evaluate list all of them and stop, or skip them on request")
  func tables() throws {
    let work = try Scratch()
    try work.train()
    try work.writeData("bad")
    let bad = try damage(work, "bad")
    let stopped = try work.lightbox(["train", "bad", "--out", "stopped"] + Scratch.training)
    #expect(stopped.code == 1 && !work.exists("stopped"))
    #expect(stopped.errors.contains("4 of 12 images cannot be read"))
    #expect(stopped.errors.contains("--skip-unreadable"))
    for name in bad[..<4] { #expect(stopped.errors.contains("\n  \(name): "), "\(name)") }

    let skipped = try work.lightbox(
      ["train", "bad", "--out", "skipped", "--skip-unreadable"] + Scratch.training)
    #expect(skipped.code == 0, "\(skipped.errors)")
    for name in bad[..<4] { #expect(skipped.errors.contains("\n  \(name): "), "\(name)") }

    let test = try work.lightbox(["evaluate", "run", "bad"])
    #expect(test.code == 1 && test.output.isEmpty)
    for name in bad[4...] { #expect(test.errors.contains("\n  \(name): "), "\(name)") }
    let report = try work.lightbox([
      "evaluate", "run", "bad", "--split", "all", "--skip-unreadable", "--json", "--predictions",
      "p.csv",
    ])
    #expect(report.code == 0, "\(report.errors)")
    struct Report: Decodable {
      struct Skipped: Decodable { let file: String, reason: String }
      let images: Int
      let skipped: [Skipped]
    }
    let read = try JSONDecoder().decode(Report.self, from: Data(report.output.utf8))
    #expect(read.images == 10 && Set(read.skipped.map(\.file)) == Set(bad))
    #expect(read.skipped.allSatisfy { !$0.reason.isEmpty })
    let rows = try String(contentsOfFile: "\(work.path)/p.csv", encoding: .utf8)
      .split(separator: "\n")
    #expect(rows.count == 11 && !rows.contains { $0.hasPrefix("bad/0.dcm") })
  }

  @Test(
    "predict and interpret do the rest; the exit code is 2, with the option 0, and 1 if none is left"
  )
  func files() throws {
    let work = try Scratch()
    try work.train()
    try work.writeData("bad")
    let bad = try damage(work, "bad")
    let given = ["bad/0.dcm", "bad/3.dcm", "bad/12.dcm", "bad/8.dcm"]
    for (command, extra) in [("predict", []), ("interpret", ["--out", "maps"])] {
      for (options, code) in [([], 2), (["--skip-unreadable"], 0)] as [([String], Int32)] {
        let outcome = try work.lightbox([command, "run"] + given + options + extra)
        #expect(outcome.code == code, "\(outcome.errors)")
        #expect(outcome.output.contains("bad/3.dcm"))
        for name in ["bad/0.dcm", "bad/12.dcm", "bad/8.dcm"] {
          #expect(outcome.errors.contains("\(name): ") && !outcome.output.contains(name))
        }
      }
      let nothing = try work.lightbox([command, "run", bad[0], "--skip-unreadable"] + extra)
      #expect(nothing.code == 1 && nothing.errors.contains("no file can be read"))
    }
    struct Answer: Decodable { let file: String, label: String?, error: String? }
    let answers = try JSONDecoder().decode(
      [Answer].self,
      from: Data(try work.lightbox(["predict", "run", "--json"] + given).output.utf8))
    #expect(answers.map(\.file) == given)
    #expect(answers.map { $0.error != nil } == [true, false, true, true])
  }

  @Test("if nothing is left, that is an error, and no run stays")
  func nothing() throws {
    let work = try Scratch()
    try work.train()
    try work.writeData("bad")
    for number in 0..<16 { try work.write([], to: "bad/\(number).dcm") }
    let training = try work.lightbox(
      ["train", "bad", "--out", "none", "--skip-unreadable"] + Scratch.training)
    #expect(training.code == 1 && training.errors.contains("no batch of training images is left"))
    #expect(!work.exists("none/run.json"))
    let evaluation = try work.lightbox(["evaluate", "run", "bad", "--skip-unreadable"])
    #expect(evaluation.code == 1 && evaluation.errors.contains("no image is left"))
    // Only the validation images.
    try work.writeData("half")
    for number in 8..<12 { try work.write([], to: "half/\(number).dcm") }
    let half = try work.lightbox(
      ["train", "half", "--out", "none", "--skip-unreadable"] + Scratch.training)
    #expect(half.code == 1 && half.errors.contains("no image is left"), "\(half.errors)")
  }

  @Test("one readable image left in a batch does not stop a training")
  func single() throws {
    let work = try Scratch()
    try work.writeData("bad")
    for number in [0, 2, 3, 5, 6] { try work.write([], to: "bad/\(number).dcm") }
    let outcome = try work.lightbox(
      ["train", "bad", "--out", "run", "--skip-unreadable", "--epochs", "3"]
        + Scratch.training.filter { $0 != "--epochs" && $0 != "1" })
    #expect(!outcome.wasKilled && outcome.code == 0, "\(outcome.errors)")
  }

  @Test(
    "a missing file is named whatever the folder is called", arguments: [".", "s", "s/", "./s"])
  func folderNames(folder: String) throws {
    let work = try Scratch()
    try work.writeData("s")
    try FileManager.default.removeItem(atPath: "\(work.path)/s/1.dcm")
    let place = folder == "." ? "cd s && " : ""
    let outcome = try Program.shell(
      "\(place)$lightbox train \(folder) --out ../r \(Scratch.training.joined(separator: " "))",
      in: work.path)
    #expect(outcome.code == 1 && outcome.errors.contains("1.dcm does not exist"), "\(outcome)")
  }

  @Test("a limit of OpenMP's threads does not stop a training", arguments: [1, 2])
  func threadLimit(limit: Int) throws {
    let work = try Scratch()
    try work.writeData("films")
    let outcome = try Program.shell(
      "OMP_THREAD_LIMIT=\(limit) timeout 60 $lightbox train films --threads 4 --out r "
        + Scratch.training.joined(separator: " "), in: work.path)
    #expect(outcome.code == 0, "\(outcome)")
  }
}
