import DataBlocks
import Files
import Foundation
import Imaging
import Testing

/// A folder of small images, removed at the end of a test.
final class ImageFiles {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("images-\(UUID())").path

  init(_ names: [String] = []) throws {
    try createFolder(path)
    for (number, name) in names.enumerated() { try image(name, number) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private func place(_ name: String) throws -> String {
    let file = "\(path)/\(name)"
    try createFolder((file as NSString).deletingLastPathComponent)
    return file
  }

  func image(_ name: String, _ number: Int = 0, width: Int = 12, height: Int = 10) throws {
    let samples = (0..<(width * height)).map { UInt8(truncatingIfNeeded: $0 &* (number + 3)) }
    try PixelBuffer(width: width, height: height, channels: 1, samples: samples)
      .write(to: try place(name))
  }

  func film(_ name: String, _ attributes: [String: String], number: Int = 0) throws {
    let samples = (0..<120).map { UInt8(truncatingIfNeeded: $0 &* (number + 3)) }
    try DICOMImageWriter().write(
      PixelBuffer(width: 12, height: 10, channels: 1, samples: samples), to: try place(name),
      attributes: attributes.merging(["SOPInstanceUID": "1.2.3.\(number)"]) { a, _ in a })
  }

  func text(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: try place(name)))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: try place(name), withDestinationPath: target)
  }

  func table(_ source: String) throws -> LabelTable {
    LabelTable(try LabelSource(source), in: path)
  }

  /// The items as "name label split".
  func items(_ table: LabelTable) throws -> [String] {
    try table.read().items.map { item in
      ([item.path.replacing("\(path)/", with: ""), item.label ?? "–"]
        + (item.split.map { [$0.rawValue] } ?? [])).joined(separator: " ")
    }
  }

  /// The message of a source that is refused, without the path.
  func refusal(_ source: String, _ change: (inout LabelTable) -> Void = { _ in }) -> String? {
    let error = #expect(throws: DataError.self) {
      var table = try self.table(source)
      change(&table)
      _ = try table.items()
    }
    return error?.description.replacing("\(path)/", with: "").replacing(path, with: "DATA")
  }
}
