import Foundation
import Testing

/// A temporary folder that is removed after the test.
final class ScratchFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "lightbox-datasets-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The sorted relative paths of all files, including hidden ones.
  func files(in folder: String) throws -> [String] {
    var isFolder: ObjCBool = false
    return try FileManager.default.subpathsOfDirectory(atPath: "\(path)/\(folder)").filter {
      FileManager.default.fileExists(atPath: "\(path)/\(folder)/\($0)", isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  func bytes(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
  }

  func text(_ file: String) throws -> String {
    String(decoding: try bytes(file), as: UTF8.self)
  }

  func write(_ text: String, to file: String) throws {
    try text.write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
  }
}

/// The path of a fixture of SIIM masks.
func siimFixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("TestSupport/Fixtures/siim/\(name)").path
}

/// Reads the integer tensors of a small safetensors file: an 8-byte length, a JSON header, the
/// data.
func integerTensors(ofSafetensors path: String) throws -> [String: [Int]] {
  let data = try Data(contentsOf: URL(fileURLWithPath: path))
  let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  let header = try #require(
    try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any])
  var result: [String: [Int]] = [:]
  for (name, value) in header where name != "__metadata__" {
    let facts = try #require(value as? [String: Any])
    let offsets = try #require(facts["data_offsets"] as? [Int])
    let bytes = [UInt8](data[8 + length + offsets[0]..<8 + length + offsets[1]])
    let width = try #require(["I32": 4, "I64": 8, "U8": 1][facts["dtype"] as? String ?? ""])
    result[name] = stride(from: 0, to: bytes.count, by: width).map { start in
      (0..<width).reversed().reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
    }
  }
  return result
}
