import Foundation
import Testing
import TestSupport

@Suite("Options of interpret")
struct InterpretOptionTests {
  private func work() throws -> Scratch {
    let work = try Scratch()
    try work.train()
    return work
  }

  @Test("options that contradict each other or name nothing are refused before anything is written")
  func refused() throws {
    let work = try work()
    for (arguments, words) in [
      (["--mode", "reference", "--placement", "grid"], "leave out --placement"),
      (["--mode", "reference", "--fusion", "mean"], "leave out --fusion"),
      (["--layer", "layer2,,layer3"], "give each layer once"),
      (["--layer", "layer3,layer3"], "give each layer once"),
      (["--method", "gradient", "--layer", "layer3"], "has no layer"),
      (["--method", "gradcam"], "no method"),
      (["--layer", "fc"], "no layer"),
      (["--panels", "film,boxs"], "film, map, overlay, boxes, mask"),
      (["--alpha", "2"], "use 0 to 1"),
      (["--contact-sheet", "sheet.bmp"], "ends in .png"),
      (["--box-rule", "relative:0"], "--box-rule"),
      (["--box-rule", "calibrated"], "--box-rule"),
      (["--output-stride", "7"], "output stride 7"),
      (["--class", "none"], "no class"),
    ] {
      let outcome = try work.lightbox(
        ["interpret", "run", "films/1.dcm", "--out", "maps"] + arguments)
      #expect(outcome.code != 0 && outcome.code < 126, "\(arguments)")
      #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
      #expect(!work.exists("maps"), "\(arguments)")
    }
  }

  @Test("what others draw, finer cells, several panels and a contact sheet")
  func accepted() throws {
    let work = try work()
    let outcome = try work.lightbox(
      [
        "interpret", "run", "films/1.dcm", "films/2.dcm", "--method", "grad-cam", "--layer",
        "layer3", "--placement", "grid", "--target", "logit", "--class", "all", "--panels",
        "film,boxes", "--format", "svg", "--contact-sheet", "sheet.png", "--out",
        "maps",
      ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("Grad-CAM, layer3"))
    #expect(try work.files("maps") == ["1.svg", "2.svg", "interpret.json"])
    #expect(work.exists("sheet.png"))
    // The run's own test images.
    let own = try work.lightbox(["interpret", "run", "--no-figures", "--out", "own"])
    #expect(own.code == 0 && own.output.split(separator: "\n").count >= 4, "\(own)")
    #expect(try work.files("own") == ["interpret.json"])
  }

  @Test("an output folder that cannot be one is refused before the work")
  func outputFolders() throws {
    let work = try Scratch()
    try work.train()
    try work.write("text".utf8, to: "notes")
    for arguments in [
      ["interpret", "run", "--out", "notes"], ["interpret", "run", "--out", "notes/deeper"],
      ["interpret", "run", "--evaluate", "films/none.csv", "--out", "notes"],
      ["interpret", "run", "--out", "figures", "--contact-sheet", "notes/all.png"],
      ["evaluate", "run", "films", "--figures", "notes/figures"],
    ] {
      let outcome = try work.lightbox(arguments)
      #expect(
        outcome.code == 64 && outcome.errors.contains("notes is not a folder"),
        "\(arguments) \(outcome.errors)")
    }
    #expect(try text("notes", work) == "text" && !work.exists("figures"))
    let nested = try work.lightbox(["evaluate", "run", "films", "--figures", "new/figures"])
    #expect(nested.code == 0 && work.exists("new/figures"), "\(nested.errors)")
  }

  private func text(_ name: String, _ work: Scratch) throws -> String {
    try String(contentsOfFile: "\(work.path)/\(name)", encoding: .utf8)
  }
}
