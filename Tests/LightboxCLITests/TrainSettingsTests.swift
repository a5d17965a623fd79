import Foundation
import Testing

@Suite("Training by a settings file")
struct TrainSettingsTests {
  private static let settings = """
    [data]
    images = "../films"
    batch_size = 4
    [image]
    size = 32
    [model]
    arch = "resnet20"
    [train]
    epochs = 1

    """

  private func scratch(_ settings: String = Self.settings) throws -> Scratch {
    let work = try Scratch()
    try work.writeData("films")
    try work.write(settings.utf8, to: "configs/siim.toml")
    return work
  }

  private func bytes(_ work: Scratch, _ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(work.path)/\(name)"))
  }

  @Test(
    "a file, options and --set give the same run; the saved file repeats it from another folder")
  func same() throws {
    let work = try scratch()
    let byFile = try work.lightbox([
      "train", "configs/siim.toml", "--out", "1/run", "--threads", "2",
    ])
    #expect(byFile.code == 0, "\(byFile.errors)")
    let byOptions = try work.lightbox(
      ["train", "films", "--out", "2/run", "--threads", "2"] + Scratch.training)
    #expect(byOptions.code == 0, "\(byOptions.errors)")
    let bySet = try work.lightbox(
      ["train", "--set", "data.images=films", "--out", "3/run"]
        + [
          "data.batch_size=4", "image.size=32", "model.arch=resnet20", "train.epochs=1",
          "compute.threads=2",
        ].flatMap { ["--set", $0] })
    #expect(bySet.code == 0, "\(bySet.errors)")
    let again = try Program.run(
      ["train", "../1/run/run.toml", "--out", "../4/run"], in: "\(work.path)/configs")
    #expect(again.code == 0, "\(again.errors)")
    for number in 2...4 {
      for name in ["best", "last"] {
        #expect(
          try bytes(work, "\(number)/run/checkpoints/\(name).safetensors")
            == bytes(work, "1/run/checkpoints/\(name).safetensors"))
      }
    }
    let shown = try work.lightbox(["runs", "show", "1/run"])
    #expect(shown.code == 0 && shown.output.contains("one_cycle"))
  }

  @Test("the order is defaults, file, then options and --set")
  func order() throws {
    let work = try scratch(Self.settings + "[optimizer]\nlr = 0.5\nweight_decay = 0.25\n")
    let printed = try work.lightbox([
      "train", "configs/siim.toml", "--print-settings", "--lr", "0.125", "--set",
      "schedule.name=flat_cos",
      "--no-augment", "--set", "train.epochs=2", "--set", "train.epochs=3", "--resize", "pad",
      "--intensity", "histScaled", "--set", "augment.pad_mode=border",
    ])
    #expect(printed.code == 0, "\(printed.errors)")
    for line in [
      "lr = 0.125 ", "weight_decay = 0.25 ", "momentum = 0.9 ", "name = \"flat_cos\" ",
      "enabled = false ", "epochs = 3 ", "method = \"pad\" ", "intensity = \"hist_scaled\" ",
      "pad_mode = \"border\" ",
    ] {
      #expect(printed.output.contains("\n" + line), "\(line)")
    }
    #expect(!work.exists("run"))
    try work.write(printed.output.utf8, to: "p.toml")
    let again = try work.lightbox(["train", "p.toml", "--print-settings"])
    #expect(again.output == printed.output)
    let wrong = try work.lightbox(["train", "configs/siim.toml", "--intensity", "lumgs"])
    #expect(
      wrong.code == 64 && wrong.errors.contains("did you mean \"lungs\"")
        && wrong.errors.contains("hist_scaled:BINS"), "\(wrong.errors)")
    let zoom = try work.lightbox([
      "train", "configs/siim.toml", "--out", "run", "--set", "augment.max_zoom=0.5",
    ])
    #expect(zoom.code != 0 && zoom.errors.contains("augment.max_zoom is 0.5"), "\(zoom.errors)")
    let both = try work.lightbox([
      "train", "configs/siim.toml", "--out", "run", "--lr", "1", "--set", "optimizer.lr=2",
    ])
    #expect(
      both.code == 64
        && both.errors.contains("--lr 1.0 and --set optimizer.lr=2 are the same setting"),
      "\(both.errors)")
  }

  @Test("--print-settings alone is a template")
  func template() throws {
    let work = try scratch()
    let printed = try work.lightbox(["train", "--print-settings"])
    #expect(printed.code == 0 && printed.output.contains("# [callbacks.early_stopping]"))
    try work.write(printed.output.utf8, to: "films/t.toml")
    let trained = try work.lightbox([
      "train", "films/t.toml", "--out", "run", "--set", "data.images=films", "--set",
      "image.size=32", "--arch", "resnet20", "--epochs", "1", "--batch-size", "4",
    ])
    #expect(trained.code == 0, "\(trained.errors)")
  }

  @Test("a bad file exits with 1 and lists all problems; a bad command line with 64")
  func errors() throws {
    let work = try scratch(Self.settings + "[optimizer]\nmomentun = 1\nlr = \"x\"\n")
    let file = try work.lightbox(["train", "configs/siim.toml", "--out", "run"])
    #expect(file.code == 1)
    #expect(file.errors.hasPrefix("Error: the settings have 2 problems:\n"), "\(file.errors)")
    #expect(file.errors.contains("  configs/siim.toml:11: unknown key \"optimizer.momentun\""))
    #expect(
      file.errors.contains(
        "; did you mean \"optimizer.momentum\"?\n  configs/siim.toml:12: optimizer.lr is \"x\", but must be"
      ))
    let good = try scratch()
    let cases: [([String], Int32, String)] = [
      (["--set", "optimizer.momentun=1"], 64, "--set optimizer.momentun=1: unknown key"),
      (
        ["--set", "train.epochs=x"], 64,
        "--set train.epochs=x: train.epochs is \"x\", but must be a whole number"
      ),
      (["--set", "train.epochs"], 64, "use key=value"), (["--set", ""], 64, "empty"),
      (["--set", "model.arch=resnet1800"], 1, "resnet1800"),
      (["--monitor", "auc"], 64, "train.monitor is \"auc\""),
    ]
    for (arguments, code, text) in cases {
      let outcome = try good.lightbox(["train", "configs/siim.toml", "--out", "run"] + arguments)
      #expect(
        outcome.code == code && outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
    }
    try good.write("".utf8, to: "films/empty.toml")
    try good.write("[data]\nimages = \".\"\nimages = \"..\"\n".utf8, to: "films/twice.toml")
    let files: [(String, Int32, String)] = [
      ("films/empty.toml", 1, "data.images is missing; give the folder of the images"),
      ("films/twice.toml", 1, "films/twice.toml:3: the key \"images\" is on line 2 already"),
      ("no.toml", 1, "no.toml: it cannot be read"), ("no", 64, "there is no folder no"),
      ("films/labels.csv", 64, "neither a folder of images nor a .toml file"),
      ("dir.toml", 1, "dir.toml: it is not a file"),
    ]
    try good.write("".utf8, to: "dir.toml/x")
    for (name, code, text) in files {
      let outcome = try good.lightbox(["train", name, "--out", "run"])
      #expect(outcome.code == code && outcome.errors.contains(text), "\(name): \(outcome.errors)")
    }
    for arguments in [[], ["films"], ["--out", "run"]] {
      #expect(try good.lightbox(["train"] + arguments).code == 64)
    }
    #expect(!good.exists("run"))
  }
}
