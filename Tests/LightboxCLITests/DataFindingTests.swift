import Foundation
import TestSupport
import Testing

@Suite("Labels, splits and outputs that do not fit, on the command line")
struct DataFindingTests {
  private func folders(_ work: Scratch, _ classes: [String] = ["cat", "dog"]) throws {
    for number in 0..<12 {
      try work.writeFilm("films/\(classes[number % classes.count])/\(number).dcm", seed: number)
    }
  }

  @Test("options that have no effect are refused, and those that have one are not")
  func withoutEffect() throws {
    let work = try Scratch()
    try folders(work)
    try work.writeData("tabled")
    func refuse(_ arguments: [String], _ words: [String]) throws {
      let outcome = try work.lightbox(arguments)
      #expect(outcome.code != 0, "\(arguments)")
      for word in words { #expect(outcome.errors.contains(word), "\(arguments) \(outcome.errors)") }
    }
    for labels in ["folders", "name:(.)", "path:^([a-z]+)/", "dicom:Modality"] {
      for option in [
        "--file-column", "--label-column", "--split-column", "--patient-column",
      ] {
        for command in [
          ["train", "films", "--out", "run"], ["lr-find", "films"], ["evaluate", "run", "films"],
          ["data", "split", "films", "--out", "s.csv"],
          ["data", "show", "films", "--out", "b.png"],
        ] where labels == "folders" || command[0] == "data" {
          // The run of evaluate does not exist; what its options say is not asked before.
          if command[0] == "evaluate" { continue }
          try refuse(
            command + ["--labels", labels, option, "x"],
            [option, "no effect", "leave it out"])
        }
      }
    }
    try refuse(
      ["data", "split", "films", "--labels", "folders", "--separator", "tab", "--out", "s.csv"],
      ["--separator", "no effect"])
    try refuse(["data", "scan", "films", "--label-column", "x"], ["--label-column", "--labels"])
    for option in ["--valid-pct", "--seed"] {
      try refuse(
        ["data", "split", "tabled", option, "0.2", "--out", "s.csv"].map {
          option == "--seed" && $0 == "0.2" ? "3" : $0
        }, [option, "the column split says which items are for what"])
    }
    try refuse(
      ["train", "tabled", "--valid-pct", "0.2", "--out", "run"],
      ["--valid-pct 0.2", "leave the option"])
    try refuse(
      [
        "train", "films", "--labels", "folders", "--folds", "3", "--valid-pct", "0.2", "--out",
        "run",
      ],
      ["--valid-pct 0.2", "no effect", "data.folds"])
    try refuse(
      ["data", "show", "films/cat/0.dcm", "--epochs", "3", "--out", "b.png"],
      ["--epochs 3", "no effect for one file"])
    try work.write(
      "[data]\nimages = \"films\"\nlabels = \"folders\"\nlabel_column = \"x\"\n".utf8, to: "a.toml")
    try refuse(
      ["train", "a.toml", "--out", "run"], ["a.toml:4", "data.label_column", "no effect"])
    #expect(!work.exists("run") && !work.exists("s.csv"))

    for arguments in [
      ["films", "--labels", "folders", "--patient-column", "none"],
      [
        "films", "--labels", "folders", "--split-column", "none", "--valid-pct", "0.25", "--seed",
        "3",
      ],
      ["tabled", "--split-column", "none", "--valid-pct", "0.25", "--seed", "3"],
      ["tabled", "--file-column", "file", "--label-column", "label"],
      ["films", "--labels", "folders", "--folds", "3", "--seed", "3"],
    ] {
      let outcome = try work.lightbox(["data", "split"] + arguments + ["--out", "s.csv"])
      #expect(outcome.code == 0, "\(arguments) \(outcome.errors)")
    }
  }

  @Test("evaluate refuses an option of columns for labels of folders")
  func evaluate() throws {
    let work = try Scratch()
    try work.train()
    try folders(work)
    let outcome = try work.lightbox([
      "evaluate", "run", "films", "--labels", "folders", "--label-column", "x",
    ])
    #expect(outcome.code == 64 && outcome.errors.contains("--label-column x"), "\(outcome.errors)")
    // A run's own settings are all in its file.
    let again = try work.lightbox(["train", "run/run.toml", "--out", "again"])
    #expect(again.code == 0, "\(again.errors)")
  }

  @Test("data split refuses what train refuses, with the same words")
  func sameAsTrain() throws {
    let work = try Scratch()
    try folders(work)
    let labels = ["--labels", "folders"]
    var table = "file,label,split\n"
    for number in 0..<8 {
      table += "\(["cat", "dog"][number % 2])/\(number).dcm,\(number % 2),train\n"
    }
    try work.write((table + "cat/8.dcm,2,valid\n").utf8, to: "only.csv")
    try work.write(
      (table.replacing("split", with: "is_valid").replacing("train", with: "0")
        + "cat/8.dcm,1,perhaps\n").utf8, to: "flag.csv")
    for (options, words) in [
      (labels + ["--valid-pct", "0.01"], "--valid-pct 0.01 of 12 images is not one image"),
      (["--labels", "only.csv"], "the class 2 has validation images but no training images"),
      (
        ["--labels", "flag.csv"],
        "\"perhaps\" in the column \"is_valid\" is not a split; use true or 1 for validation"
      ),
    ] {
      let split = try work.lightbox(["data", "split", "films", "--out", "s.csv"] + options)
      let train = try work.lightbox(
        ["train", "films", "--out", "run"] + Scratch.training + options)
      #expect(split.code == 1 && split.errors.contains(words), "\(split.errors)")
      #expect(train.code == 1 && train.errors.contains(words), "\(train.errors)")
    }
    let test = try work.lightbox(
      ["data", "split", "films", "--out", "s.csv", "--test-pct", "0.01"] + labels)
    #expect(test.errors.contains("--test-pct 0.01 of 12 images"), "\(test.errors)")
    #expect(!work.exists("s.csv") && !work.exists("run"))
  }

  @Test("negative numbers are refused with the range, as a word of its own too")
  func negative() throws {
    let work = try Scratch()
    try folders(work)
    for (command, range) in [
      ("data split films --out s.csv --valid-pct -1", "between 0 and 1"),
      ("data split films --out s.csv --test-pct -0.5", "from 0 and below 1"),
      ("data split films --out s.csv --seed -1", "0 to 2^64 - 1"),
      ("train films --out run --lr -1e-3", "above 0"),
      ("train films --out run --size -64", "8 to 4096"),
      ("data scan films --show -1", "0 to 1000000"),
    ] {
      let outcome = try work.lightbox(command.split(separator: " ").map(String.init))
      #expect(
        outcome.code == 64 && outcome.errors.contains(range) && !outcome.errors.contains("Missing"),
        "\(outcome.errors)")
    }
  }

  @Test("several intensities set the channels")
  func channels() throws {
    let work = try Scratch()
    try folders(work)
    let options = ["--labels", "folders", "--intensity", "lungs+mediastinum", "--out"]
    let run = try work.lightbox(["train", "films"] + Scratch.training + options + ["run"])
    #expect(run.code == 0, "\(run.errors)")
    let settings = try String(contentsOfFile: "\(work.path)/run/run.toml", encoding: .utf8)
    #expect(settings.contains("channels = 2"))
    let other = try work.lightbox(
      ["train", "films", "--set", "image.channels=3"] + Scratch.training + options + ["other"])
    #expect(other.errors.contains("give --set image.channels=2"), "\(other.errors)")
  }

  @Test("a folder of an output that does not exist is refused before the work")
  func outputs() throws {
    let work = try Scratch()
    try folders(work)
    try work.write("x".utf8, to: "broken/cat/0.dcm")
    for command in [
      "data show none.dcm --out no/x.png", "data split broken --labels folders --out no/x.csv",
      "data scan broken --csv no/x.csv", "data scan broken --html no/x.html",
      "data scan broken --table no/x.csv", "lr-find broken --labels folders --out no/x.png",
      "export nothing --out no/x",
    ] {
      let outcome = try work.lightbox(command.split(separator: " ").map(String.init))
      #expect(
        outcome.code == 64 && outcome.errors.contains("there is no folder no"),
        "\(command) \(outcome.errors)")
    }
  }

  @Test("many classes fit into 80 columns, the largest first")
  func manyClasses() throws {
    let work = try Scratch()
    var table = "file,label\n"
    for number in 0..<64 {
      try work.writeFilm("films/\(number).dcm", seed: number)
      table += "\(number).dcm,class number \(number % 16)\n"
    }
    try work.write(table.utf8, to: "films/labels.csv")
    let outcome = try work.lightbox([
      "data", "split", "films", "--split", "stratified", "--valid-pct", "0.3", "--out", "s.csv",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(outcome.output)")
    #expect(outcome.output.contains("more classes"), "\(outcome.output)")
  }

  @Test("a link without a target is named, and left out with --skip-unreadable")
  func dangling() throws {
    let work = try Scratch()
    #expect(
      try work.lightbox(["data", "synth", "films", "--count", "12", "--size", "64"]).code == 0)
    try FileManager.default.createSymbolicLink(
      atPath: "\(work.path)/films/x.dcm", withDestinationPath: "/none")
    for labels in ["dicom:PatientSex", "path:(.)"] {
      let arguments = ["data", "split", "films", "--labels", labels, "--out", "s.csv"]
      let outcome = try work.lightbox(arguments)
      #expect(outcome.code == 1 && outcome.errors.contains("films/x.dcm"), "\(outcome.errors)")
    }
    for number in [1, 3] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(work.path)/films/y\(number).dcm", withDestinationPath: "/none")
    }
    let outcome = try work.lightbox([
      "data", "split", "films", "--labels", "dicom:PatientSex", "--skip-unreadable", "--out",
      "s.csv",
    ])
    #expect(
      outcome.errors.contains("x.dcm") && !outcome.errors.contains("label is empty"),
      "\(outcome.errors)")
  }

  @Test("pseudonyms without a kept salt are said")
  func salt() throws {
    let work = try Scratch()
    for number in 0..<12 {
      try work.writeFilm("films/\(number).dcm", seed: number)
    }
    let rows = (0..<12).map { "\($0).dcm,\($0 % 2),p\($0)\n" }.joined()
    try work.write(("file,label,patient\n" + rows).utf8, to: "films/labels.csv")
    func split(_ salt: String) throws -> String {
      try Program.shell(
        "LIGHTBOX_PATIENT_SALT=\(salt) $lightbox data split films --out s.csv", in: work.path
      ).errors
    }
    let words = "cannot be kept in /proc/no/salt"
    #expect(try split("/proc/no/salt").contains(words))
    #expect(try !split("salt").contains("cannot be kept"))
    let run = try Program.shell(
      "LIGHTBOX_PATIENT_SALT=/proc/no/salt $lightbox train films --out run \(Scratch.training.joined(separator: " "))",
      in: work.path)
    #expect(run.errors.contains(words) && run.errors.contains("LIGHTBOX_PATIENT_SALT"))
  }
}
