import DataBlocks
import Foundation
import Imaging
import Models
import Runs
import Tensors
import Training

/// A folder with images and a table, removed at the end of a test.
final class Workspace {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    .path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  /// Writes an image of noise, brighter by `shift`, and returns its path.
  @discardableResult
  func writeImage(
    _ name: String, width: Int = 40, height: Int = 36, seed: UInt64 = 1, shift: Int = 0
  ) throws -> String {
    var random = RandomSource(seed: seed)
    let samples = (0..<(width * height)).map { _ in UInt8(Int(random.uniform() * 180) + shift) }
    let folder = (file(name) as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try PixelBuffer(width: width, height: height, channels: 1, samples: samples)
      .write(to: file(name))
    return file(name)
  }

  /// Writes `labels.csv` and one image per row; the first column of a row is its label.
  func writeTable(_ columns: [String] = ["label"], _ rows: [[String]]) throws -> LabelTable {
    var text = (["file"] + columns).joined(separator: ",") + "\n"
    for (number, row) in rows.enumerated() {
      try writeImage("\(number).png", seed: UInt64(number), shift: row[0] == "b" ? 70 : 0)
      text += (["\(number).png"] + row).joined(separator: ",") + "\n"
    }
    try write(text, to: "labels.csv")
    return LabelTable(file("labels.csv"), folder: path)
  }

  /// A table of labels "a" and "b" in turn: so many images to train, to validate and to test.
  func table(train: Int = 8, valid: Int = 4, test: Int = 0) throws -> LabelTable {
    let splits =
      [String](repeating: "train", count: train) + [String](repeating: "valid", count: valid)
      + [String](repeating: "test", count: test)
    return try writeTable(
      ["label", "split"], splits.enumerated().map { [$0 % 2 == 0 ? "a" : "b", $1] })
  }

  /// A plan of one epoch of a small network on images of 32 x 32.
  func plan(_ table: LabelTable, transforms: [any Transform] = []) -> TrainingPlan {
    var plan = TrainingPlan(table: table, pipeline: Pipeline([Resize(32)] + transforms))
    plan.architecture = "resnet20"
    plan.epochs = 1
    plan.batchSize = 4
    plan.compute.workers = 2
    return plan
  }
}

extension TrainingPlan {
  /// Runs without printing.
  @discardableResult
  func quietRun(
    in path: String, callbacks: [any Callback] = [], notify: (RunEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    try run(in: path, callbacks: callbacks, report: { _ in }, notify: notify)
  }
}

/// The names of the files in a folder, sorted.
func files(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
