import Foundation
import Testing
import TestSupport

@Suite("Frames and figures")
struct FrameAndFigureTests {
  @Test("a file with several frames is refused, or its first or all frames are used, as asked")
  func frames() throws {
    let work = try Scratch()
    try work.writeData("films")
    try work.write(SmallDICOM.file(frames: [10, 120, 240]), to: "films/0.dcm")
    let refused = try work.lightbox(["train", "films", "--out", "refused"] + Scratch.training)
    #expect(refused.code == 1 && !work.exists("refused"))
    #expect(refused.errors.contains("films/0.dcm: the file has 3 frames"), "\(refused.errors)")
    #expect(refused.errors.contains("--frames first") && refused.errors.contains("--frames all"))
    for (choice, images) in [("first", 8), ("all", 10)] {
      let training = try work.lightbox(
        ["train", "films", "--out", choice, "--frames", choice] + Scratch.training)
      #expect(training.errors.contains("\(images) training and 4 validation"), "\(training.errors)")
      // Prediction reads as training did.
      let predicted = try work.lightbox(["predict", choice, "films/0.dcm", "--json"])
      struct Answer: Decodable { let file: String, frame: Int? }
      let answers = try JSONDecoder().decode([Answer].self, from: Data(predicted.output.utf8))
      #expect(answers.map(\.frame) == (choice == "all" ? [1, 2, 3] : [nil]))
      #expect(answers[0].file == (choice == "all" ? "films/0.dcm#1" : "films/0.dcm"))
    }
    let evaluated = try work.lightbox(
      ["evaluate", "all", "films", "--split", "train", "--predictions", "p.csv"])
    #expect(evaluated.output.hasPrefix("10 images"), "\(evaluated.errors)")
    let rows = try String(contentsOfFile: "\(work.path)/p.csv", encoding: .utf8)
    for number in 1...3 { #expect(rows.contains("\nfilms/0.dcm#\(number),a,")) }
    let over = try work.lightbox(["predict", "all", "films/0.dcm", "--frames", "refuse"])
    #expect(over.code == 2 && over.errors.contains("the file has 3 frames"))
    #expect(try work.lightbox(["interpret", "all", "films/0.dcm", "--out", "maps"]).code == 0)
    #expect(
      try work.files("maps")
        == ["0-frame1.png", "0-frame2.png", "0-frame3.png", "interpret.json"])
  }

  @Test("a header that states any number of frames costs nothing")
  func hostile() throws {
    let work = try Scratch()
    try work.train(["--frames", "all"])
    for number in ["0", "9999", "1000000000000", "99999999999999999999", "-3"] {
      try work.write(SmallDICOM.file(frames: [9], statedFrames: number), to: "h/\(number).dcm")
      let outcome = try work.lightbox(["predict", "run", "h/\(number).dcm"])
      #expect(!outcome.wasKilled && [0, 2].contains(outcome.code), "\(number)")
    }
  }

  @Test("only the endings of images are cut, and no figure replaces that of another film")
  func names() throws {
    let work = try Scratch()
    try work.train()
    for name in ["1.2.840.5.851", "1.2.840.5.852", "1.2.840.5.851.dcm", "a.DCM", "b.v2.dicom"] {
      try work.writeFilm("one/\(name)", seed: name.count)
    }
    try work.writeFilm("two/a.dcm", seed: 3)
    try work.write(
      """
      ImageId, EncodedPixels
      1.2.840.5.852,0 1440
      b.v2,0 1440

      """.utf8, to: "masks.csv")
    func interpret(_ files: [String], masks: [String] = []) throws -> String {
      let outcome = try work.lightbox(["interpret", "run"] + files + ["--out", "maps"] + masks)
      #expect(outcome.code == 0, "\(outcome.errors)")
      return outcome.output
    }
    let first = try interpret(
      ["one/1.2.840.5.851", "one/1.2.840.5.852", "one/b.v2.dicom"],
      masks: ["--masks", "masks.csv"])
    #expect(first.contains("of 2 images"))
    #expect(
      try work.files("maps")
        == ["1.2.840.5.851.png", "1.2.840.5.852.png", "b.v2.png", "interpret.json"])
    // The same name in another folder, in the same call and in later ones.
    #expect(try interpret(["one/a.DCM"]).contains("maps/a.png"))
    let before = try Data(contentsOf: URL(fileURLWithPath: "\(work.path)/maps/a.png"))
    for _ in 0..<2 { #expect(try interpret(["two/a.dcm"]).contains("maps/a-2.png")) }
    #expect(try interpret(["./two/../two/a.dcm", "one/a.DCM"]).contains("maps/a-2.png"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(work.path)/maps/a.png")) == before)
    #expect(try interpret(["one/1.2.840.5.851.dcm"]).contains("maps/1.2.840.5.851-2.png"))
    #expect(try work.files("maps").count == 7)
  }
}
