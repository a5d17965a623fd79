import Foundation
import TestSupport
import Testing

@Suite("What the program says about data, and whether it helps")
struct DataAdviceTests {
  /// Writes images of two classes by turns, `a/0.dcm` and `b/1.dcm`.
  private func folders(_ work: Scratch, count: Int = 12) throws {
    for number in 0..<count {
      try work.writeFilm(
        "films/\(["a", "b"][number % 2])/\(number).dcm", seed: number, shift: number % 2 * 80)
    }
  }

  private func text(_ work: Scratch, _ name: String) throws -> String {
    try String(contentsOfFile: "\(work.path)/\(name)", encoding: .utf8)
  }

  @Test("data split leaves out what does not exist or cannot be read, and lists it")
  func skipped() throws {
    let work = try Scratch()
    try work.writeData("films")
    try FileManager.default.removeItem(atPath: "\(work.path)/films/3.dcm")
    try FileManager.default.removeItem(atPath: "\(work.path)/films/13.dcm")
    try work.write("no image".utf8, to: "films/5.dcm")
    let split = ["data", "split", "films", "--out", "s.csv"]
    #expect(try work.lightbox(split).code == 1)
    for options in [[], ["--split-column", "none", "--folds", "2"]] {
      let outcome = try work.lightbox(split + ["--skip-unreadable"] + options)
      #expect(outcome.code == 0 && outcome.errors.contains("skipped 3 files"), "\(outcome.errors)")
      for name in ["3.dcm", "13.dcm", "5.dcm"] { #expect(outcome.errors.contains("films/\(name)")) }
      let table = try text(work, "s.csv")
      #expect(table.split(separator: "\n").count == 14 && !table.contains("\n3.dcm"), "\(table)")
      #expect(!table.contains("\n5.dcm") && !table.contains("\n13.dcm"), "\(table)")
    }
    #expect(try work.lightbox(split + ["--skip-unreadable"]).code == 0)
    let run = try work.lightbox(
      ["train", "films", "--labels", "s.csv", "--out", "run"] + Scratch.training)
    #expect(run.code == 0 && !run.errors.contains("does not name the patient"), "\(run.errors)")
    try FileManager.default.removeItem(atPath: "\(work.path)/s.csv")
    for number in 0..<16 {
      try? FileManager.default.removeItem(atPath: "\(work.path)/films/\(number).dcm")
    }
    let none = try work.lightbox(split + ["--skip-unreadable"])
    #expect(none.code == 1 && none.errors.contains("do not exist"), "\(none.errors)")
    #expect(!work.exists("s.csv"))
  }

  @Test("a class without validation images is named, and a monitor that never was a number")
  func unvalidated() throws {
    let work = try Scratch()
    try work.writeData("films")
    let table = try text(work, "films/labels.csv")
    try work.write(
      table.split(separator: "\n").filter { !($0.hasSuffix("b,valid")) }.joined(separator: "\n")
        .utf8, to: "films/labels.csv")
    let words = "no validation item has the class b"
    let split = try work.lightbox(["data", "split", "films", "--out", "s.csv"])
    #expect(split.code == 0 && split.errors.contains(words), "\(split.errors)")
    #expect(split.errors.contains("--split-column none --split stratified"), "\(split.errors)")
    let arguments = ["train", "films", "--monitor", "roc_auc_score"] + Scratch.training
    let run = try work.lightbox(arguments + ["--out", "run"])
    #expect(run.code == 0 && run.errors.contains(words), "\(run.errors)")
    #expect(
      run.errors.contains("roc_auc_score was not a number in any epoch, so there is no best"),
      "\(run.errors)")
    #expect(run.errors.contains("--monitor valid_loss"), "\(run.errors)")
    let other = try work.lightbox(["train", "films", "--out", "other"] + Scratch.training)
    #expect(!other.errors.contains("not a number"), "\(other.errors)")
    // The advice works.
    let again = try work.lightbox(
      arguments + [
        "--split-column", "none", "--split", "stratified", "--out",
        "again",
      ])
    #expect(again.code == 0 && !again.errors.contains(words), "\(again.errors)")
    #expect(!again.errors.contains("not a number"), "\(again.errors)")
  }

  @Test("a random split without a class in validation advises one that has it")
  func drawn() throws {
    let work = try Scratch()
    for number in 0..<20 {
      try work.writeFilm("films/\(number < 18 ? "a" : "b")/\(number).dcm", seed: number)
    }
    func split(_ options: [String]) throws -> Program.Outcome {
      try work.lightbox(
        ["data", "split", "films", "--labels", "folders", "--out", "s.csv"] + options)
    }
    let seeds = try (0..<12).map { try split(["--seed", "\($0)", "--valid-pct", "0.1"]) }
    #expect(
      seeds.contains {
        $0.errors.contains("no validation item has the class b") && $0.code == 0
          && $0.errors.contains("--split stratified gives each part")
      })
    let stratified = try split(["--split", "stratified", "--valid-pct", "0.5"])
    #expect(!stratified.errors.contains("no validation item"), "\(stratified.errors)")
  }

  @Test("the advice about one image per class, and about shared patients, can be followed")
  func advice() throws {
    let work = try Scratch()
    for number in 0..<10 { try work.writeFilm("films/c\(number)/\(number).dcm", seed: number) }
    for options in [[], ["--split", "stratified"]] {
      let outcome = try work.lightbox(
        ["data", "split", "films", "--labels", "folders", "--out", "s.csv"] + options)
      #expect(outcome.code == 1 && !outcome.errors.contains("use --split"), "\(outcome.errors)")
      #expect(outcome.errors.contains("add images of other patients"), "\(outcome.errors)")
    }
    var table = "file,label,split,patient\n"
    for number in 0..<12 {
      try work.writeFilm("shared/\(number).dcm", seed: number)
      table += "\(number).dcm,\(number % 2),\(number < 8 ? "train" : "valid"),p\(number % 7)\n"
    }
    try work.write(table.utf8, to: "shared/labels.csv")
    let split = ["data", "split", "shared", "--out", "s.csv"]
    let refused = try work.lightbox(split)
    #expect(
      refused.code == 1 && refused.errors.contains("--split-column none --split patient draws"),
      "\(refused.errors)")
    let followed = try work.lightbox(split + ["--split-column", "none", "--split", "patient"])
    #expect(followed.code == 0, "\(followed.errors)")

    // Shared patients can be allowed where there may be some, and not elsewhere.
    let allow = "--allow-shared-patients"
    #expect(try work.lightbox(split + [allow]).code == 0)
    #expect(
      try work.lightbox(split + [allow, "--split-column", "none", "--split", "random"]).code == 0)
    let train = ["train", "shared", "--out", "run"] + Scratch.training
    for arguments in [
      split + ["--split-column", "none", allow],
      split + ["--split-column", "none", "--split", "patient", allow],
      split + ["--split-column", "none", "--folds", "2", allow],
      train + ["--split-column", "none", allow],
    ] {
      let outcome = try work.lightbox(arguments)
      #expect(
        outcome.code == 1 && outcome.errors.contains("\(allow): it has no effect"),
        "\(arguments) \(outcome.errors)")
    }
    #expect(!work.exists("run"))
  }

  @Test("an expression without a label is one problem, and its empty group is not a mismatch")
  func expressions() throws {
    let work = try Scratch()
    try folders(work)
    let train = ["train", "films", "--out", "run"] + Scratch.training
    for labels in ["name:.+", "path:.+", "dicom:Nothing"] {
      let outcome = try work.lightbox(train + ["--labels", labels])
      #expect(outcome.code == 64 && !outcome.errors.contains("missing"), "\(outcome.errors)")
      #expect(!outcome.errors.contains("2 problems"), "\(outcome.errors)")
    }
    let unnamed = try work.lightbox(["train", "films/a", "--out", "run"] + Scratch.training)
    #expect(unnamed.code == 64 && unnamed.errors.contains("path:REGEX"), "\(unnamed.errors)")
    for labels in ["name:(x?)", "path:(x)?a|b"] {
      let outcome = try work.lightbox(
        ["data", "split", "films", "--labels", labels, "--out", "s.csv"])
      #expect(
        outcome.code == 1 && outcome.errors.contains("is empty in 12 of 12 names")
          && !outcome.errors.contains("do not match"), "\(outcome.errors)")
    }
  }

  @Test("columns that are left aside are named, and data split checks numbers as train does")
  func columns() throws {
    let work = try Scratch()
    var table = "file,label,split,is_valid,patient,patient_id\n"
    var numbers = "file,label\n"
    for number in 0..<12 {
      try work.writeFilm("films/\(number).dcm", seed: number)
      table +=
        "\(number).dcm,\(number % 2),\(number < 8 ? "train" : "valid"),\(number % 2),p\(number),q\(number)\n"
      numbers += "\(number).dcm,\(number == 7 ? "nan" : "\(number)")\n"
    }
    try work.write(table.utf8, to: "films/labels.csv")
    try work.write(numbers.utf8, to: "numbers.csv")
    let split = ["data", "split", "films", "--out", "s.csv"]
    let outcome = try work.lightbox(split)
    #expect(
      outcome.code == 0
        && outcome.errors.contains("\"is_valid\" is not used (--split-column is_valid uses it)")
        && outcome.errors.contains("\"patient_id\" is not used"), "\(outcome.errors)")
    let named = try work.lightbox(
      split + ["--split-column", "split", "--patient-column", "patient"])
    #expect(named.code == 0 && !named.errors.contains("not used ("), "\(named.errors)")

    let target = ["--labels", "numbers.csv", "--target", "regression"]
    let train = ["train", "films", "--out", "run"] + Scratch.training
    for arguments in [["data", "split", "films", "--out", "n.csv"], train] {
      let outcome = try work.lightbox(arguments + target)
      #expect(
        outcome.code == 1 && outcome.errors.contains("the label \"nan\" is not"),
        "\(arguments) \(outcome.errors)")
    }
    #expect(!work.exists("n.csv") && !work.exists("run"))
  }

  @Test("messages name the table, the folder or the option")
  func places() throws {
    let work = try Scratch()
    try work.train()
    try work.writeFilm("one/a/1.dcm")
    for number in 2..<8 { try work.writeFilm("one/a/\(number).dcm", seed: number) }
    let one = try work.lightbox(
      ["train", "one", "--labels", "folders", "--out", "again"] + Scratch.training)
    #expect(
      one.code == 1 && one.errors.contains("one: all training items have the label \"a\""),
      "\(one.errors)")
    let table = try text(work, "films/labels.csv")
    try work.write(table.replacing(",test", with: ",valid").utf8, to: "films/other.csv")
    let none = try work.lightbox([
      "evaluate", "run", "films", "--labels", "other.csv", "--split", "test",
    ])
    #expect(
      none.code == 1
        && none.errors.contains("films/other.csv: there are no items for the split \"test\""),
      "\(none.errors)")
    for arguments in [
      ["evaluate", "run", "films", "--split", "bogus"],
      ["interpret", "run", "--evaluate", "masks.csv", "--split", "bogus"],
    ] {
      let outcome = try work.lightbox(arguments)
      #expect(
        outcome.code == 64
          && outcome.errors.contains("--split bogus: use train, valid, test or all"),
        "\(outcome.errors)")
    }
    #expect(try work.lightbox(["evaluate", "run", "films", "--split", "val"]).code == 0)
  }

  @Test("empty files are broken images only if they have the name of one")
  func emptyFiles() throws {
    let work = try Scratch()
    try folders(work)
    for name in ["README.txt", "_SUCCESS", "a/notes"] { try work.write([], to: "films/\(name)") }
    let scan = ["data", "scan", "films", "--no-index"]
    let whole = try work.lightbox(scan)
    #expect(whole.code == 0 && !whole.output.contains("cannot be read"), "\(whole.output)")
    for name in ["x.dcm", "y.PNG", "1.2.840.5"] { try work.write([], to: "films/\(name)") }
    let broken = try work.lightbox(scan)
    #expect(
      broken.code == 2 && broken.output.contains("3 images cannot be read (empty-file 3)"),
      "\(broken.output)")
  }

  @Test("help names the values and the columns as they are")
  func help() throws {
    let work = try Scratch()
    for command in [["train"], ["data", "split"]] {
      let help = try work.lightbox(command + ["--help"]).output
      #expect(help.contains("stratified-patient") && !help.contains("stratified_patient"))
    }
    let scan = try work.lightbox(["data", "scan", "--help"]).output
    #expect(scan.contains("is_valid") && scan.contains("patient_id"))
    let wrong = try work.lightbox(["data", "split", "films", "--split", "x", "--out", "s.csv"])
    #expect(wrong.code == 64 && !wrong.errors.contains("stratified_patient"), "\(wrong.errors)")
  }
}
