import Foundation
import Testing
import TestSupport

@Suite("interpret --evaluate and --choose")
struct MapEvaluationTests {
  /// A run with masks of the films of class "b", which have odd numbers: 8 to train, 4 to validate, 8 to test.
  private func work() throws -> Scratch {
    let work = try Scratch()
    try work.writeData("films", train: 8, valid: 4, test: 8)
    let outcome = try work.lightbox(["train", "films", "--out", "run"] + Scratch.training)
    try #require(outcome.code == 0, "\(outcome.errors)")
    var masks = "ImageId, EncodedPixels\n"
    for number in 0..<20 {
      masks += "\(number),\(number % 2 == 1 ? "\(400 + 10 * number) 200" : "-1")\n"
    }
    try work.write(masks.utf8, to: "masks.csv")
    return work
  }

  @Test("the table of the test images beside baselines, and the files of the report")
  func evaluate() throws {
    let work = try work()
    let outcome = try work.lightbox(
      ["interpret", "run", "--evaluate", "masks.csv", "--out", "maps"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    for part in [
      "4 images of 8 measured", "random map", "centered Gaussian", "mean mask",
      "untrained network", "hit", "AP", "paired by image",
    ] {
      #expect(outcome.output.contains(part), "\(part): \(outcome.output)")
    }
    let widest = outcome.output.split(separator: "\n").map(\.count).max() ?? 0
    #expect(widest <= 80, "\(outcome.output)")
    #expect(try work.files("maps") == ["evaluation.csv", "evaluation.json"])
    // Files as given, without a folder to write.
    let given = try work.lightbox(
      [
        "interpret", "run", "films/13.dcm", "films/15.dcm", "films/14.dcm", "--evaluate",
        "masks.csv", "--measures", "all",
      ])
    #expect(given.code == 0 && given.output.contains("2 images of 3 measured"), "\(given)")
    #expect(given.output.contains("deletion") && given.output.contains("random weights"))
    #expect((given.output.split(separator: "\n").map(\.count).max() ?? 0) <= 80)
  }

  @Test("choosing on validation images stores what evaluate then uses")
  func choose() throws {
    let work = try work()
    let outcome = try work.lightbox(["interpret", "run", "--choose", "masks.csv"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("chosen on 2 images (valid)"), "\(outcome.output)")
    #expect((outcome.output.split(separator: "\n").map(\.count).max() ?? 0) <= 80)
    #expect(work.exists("run/explanation.json"))
    let evaluated = try work.lightbox(["interpret", "run", "--evaluate", "masks.csv"])
    #expect(evaluated.code == 0 && evaluated.errors.contains("chosen on 2 images (valid)"))
    #expect(evaluated.output.contains("(calibrated)"), "\(evaluated.output)")
    let cheat = try work.lightbox(
      ["interpret", "run", "--choose", "masks.csv", "--split", "test"])
    #expect(cheat.code == 0 && cheat.errors.contains("warning: what is chosen on test"))
  }

  @Test("masks of no image, a missing file, an unreadable film, and options that do not fit")
  func refusals() throws {
    let work = try work()
    try work.write("ImageId,EncodedPixels\n1.2.276.0.7,1 2\n".utf8, to: "uids.csv")
    let none = try work.lightbox(["interpret", "run", "--evaluate", "uids.csv"])
    #expect(none.code == 1, "\(none)")
    for part in ["uids.csv", "1.2.276.0.7", "12.dcm", "none of the images"] {
      #expect(none.errors.contains(part), "\(none.errors)")
    }
    let missing = try work.lightbox(["interpret", "run", "--evaluate", "no.csv"])
    #expect(missing.code == 1 && missing.errors.contains("no.csv"))
    try work.write("nothing".utf8, to: "films/13.dcm")
    let damaged = try work.lightbox(["interpret", "run", "--evaluate", "masks.csv"])
    #expect(damaged.code == 2 && damaged.output.contains("3 images of 8 measured"), "\(damaged)")
    #expect(damaged.errors.contains("films/13.dcm"))
    let skipped = try work.lightbox(
      ["interpret", "run", "--evaluate", "masks.csv", "--skip-unreadable"])
    #expect(skipped.code == 0 && skipped.errors.contains("skipped 1 file"), "\(skipped)")
    for arguments in [
      ["--evaluate", "masks.csv", "--choose", "masks.csv"], ["--measures", "model"],
      ["--split", "test"], [], ["films/14.dcm"], ["--evaluate", "masks.csv", "--measures", "x"],
    ] {
      let outcome = try work.lightbox(["interpret", "run"] + arguments)
      #expect(outcome.code == 64, "\(arguments) \(outcome.errors)")
    }
  }
}
