import Foundation
import TestSupport
import Testing

@Suite("Sources of labels and splits on the command line")
struct DataSplitTests {
  private func films(_ work: Scratch) throws {
    for number in 0..<12 {
      try work.writeFilm("films/\(number % 2 == 0 ? "cat" : "dog")/\(number).dcm", seed: number)
    }
  }

  @Test("class folders are named where there is no table, split, trained and evaluated")
  func folders() throws {
    let work = try Scratch()
    try films(work)
    let missing = try work.lightbox(["train", "films", "--out", "run"])
    #expect(missing.code == 64, "\(missing.errors)")
    #expect(
      missing.errors.contains(
        "to use the folders as classes, give --labels folders: cat (6), dog (6)"),
      "\(missing.errors)")
    let split = try work.lightbox([
      "data", "split", "films", "--labels", "folders", "--valid-pct", "0.34", "--split",
      "stratified",
      "--out", "split.csv",
    ])
    #expect(split.code == 0, "\(split.errors)")
    #expect(split.output.contains("split at random, by image, stratified"), "\(split.output)")
    #expect(split.errors.contains("labels of class folders: cat (6), dog (6)"))
    for arguments in [
      ["films", "--labels", "folders", "--split", "stratified", "--valid-pct", "0.34"],
      ["films", "--labels", "split.csv"], ["films", "--labels", "path:^([a-z]+)/"],
    ] {
      let run = try work.lightbox(
        ["train"] + arguments + [
          "--arch", "resnet20", "--size", "32", "--epochs", "1", "--batch-size", "4", "--workers",
          "1", "--out", "run",
        ])
      #expect(run.code == 0, "\(run.errors)")
      let evaluated = try work.lightbox([
        "evaluate", "run", "films", "--labels", "folders", "--split", "valid",
      ])
      #expect(evaluated.code == 0, "\(evaluated.errors)")
      try FileManager.default.removeItem(atPath: "\(work.path)/run")
    }
  }

  @Test("arguments that are wrong are refused before anything is read")
  func refusals() throws {
    let work = try Scratch()
    try films(work)
    for (arguments, words) in [
      (["--labels", "name:x"], "has no group"),
      (["--labels", "name:("], "not a regular expression"),
      (["--labels", "dicom:Nothing"], "is not an attribute of DICOM"),
      (["--labels", "none.csv"], "there is no table"),
      (
        ["--labels", "folders", "--valid-pct", "0.6", "--test-pct", "0.5"],
        "leave nothing for training"
      ),
      (["--labels", "folders", "--folds", "3", "--split", "random"], "leave --split random out"),
    ] {
      let outcome = try work.lightbox(["data", "split", "films", "--out", "s.csv"] + arguments)
      #expect(
        outcome.code == 64 && outcome.errors.contains(words), "\(arguments) \(outcome.errors)")
    }
    let none = try work.lightbox([
      "data", "split", "films", "--labels", "dicom:PatientComments", "--out", "s.csv",
    ])
    #expect(none.code == 1 && none.errors.contains("12 of 12 DICOM files have no PatientComments"))
    #expect(!FileManager.default.fileExists(atPath: "\(work.path)/s.csv"))
  }
}
