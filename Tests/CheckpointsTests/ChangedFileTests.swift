import Checkpoints
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Files of weights that change while they are read, and what is not a file")
struct ChangedFileTests {
  private static let count = 200_000
  private var names: [String] { ["a", "b"] }

  private func with(
    _ kind: String, _ body: (_ path: String, _ folder: String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lightbox-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/w.\(kind == "legacy" ? "pth" : kind)"
    let values = (0..<Self.count).map { Float($0) }
    if kind == "legacy" {
      let bytes = values.withUnsafeBytes { [UInt8]($0) }
      var p = PickleAssembler().op(0x7D)
      for name in names {
        p = p.text(name).tensor(key: name, memory: Self.count, shape: [Self.count]).op(0x73)
      }
      try p.legacyFile(names.map { ($0, bytes, Self.count) }).write(to: URL(fileURLWithPath: path))
    } else {
      try Checkpoint.write(
        names.map { (name: $0, tensor: Tensor(values)) }.map { $0 }, to: path)
    }
    try body(path, folder)
  }

  private func isChanged(_ error: any Error) -> Bool {
    (error as? CheckpointError)?.reason == .changed
  }

  @Test(
    "a file that becomes shorter after it was opened is an error, not a signal",
    arguments: ["safetensors", "pth", "legacy"])
  func shrinks(kind: String) throws {
    try with(kind) { path, _ in
      let file = try Checkpoint(contentsOf: path)
      #expect(try file.tensors(names).count == 2)
      #expect(truncate(path, 4096) == 0)
      #expect { try file.tensors(names) } throws: { error in
        // libzip's own message names the end of the file.
        isChanged(error) || (kind == "pth" && error is CheckpointError)
      }
      #expect(throws: CheckpointError.self) { try file.bytes(of: "b") }
      #expect(throws: CheckpointError.self) { try file.stateDictionary() }
      #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
    }
  }

  @Test(
    "a file that is written while it is read is an error", arguments: ["safetensors", "legacy"])
  func written(kind: String) throws {
    try with(kind) { path, _ in
      let file = try Checkpoint(contentsOf: path)
      let handle = try #require(FileHandle(forUpdatingAtPath: path))
      try handle.seek(toOffset: 400_000)
      try handle.write(contentsOf: [1, 2, 3, 4])
      try handle.close()
      utimes(path, [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
      #expect { try file.tensor("b") } throws: { isChanged($0) }
    }
  }

  @Test(
    "a file that is replaced or removed is read as it was opened",
    arguments: ["safetensors", "pth", "legacy"])
  func replaced(kind: String) throws {
    try with(kind) { path, folder in
      let file = try Checkpoint(contentsOf: path)
      try Data("other".utf8).write(to: URL(fileURLWithPath: "\(folder)/new"))
      #expect(rename("\(folder)/new", path) == 0)
      #expect(try file.tensor("a").floatScalars[7] == 7)
      #expect(unlink(path) == 0)
      #expect(try file.tensor("b").floatScalars.last == Float(Self.count - 1))
    }
  }

  @Test("a folder, a pipe, a device and a missing file are refused at once")
  func notFiles() throws {
    try with("pth") { path, folder in
      let pipe = "\(folder)/pipe.pth"
      #expect(mkfifo(pipe, 0o600) == 0)
      let link = "\(folder)/link.pth"
      #expect(symlink(pipe, link) == 0)
      for bad in [folder, pipe, link, "/dev/zero", "/dev/null", "/dev/stdin"] {
        #expect {
          try Checkpoint(contentsOf: bad)
        } throws: { error in
          (error as? CheckpointError)?.reason == .notRegularFile || bad == "/dev/stdin"
        }
      }
      #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: "\(path)/x") }
      #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: "\(folder)/no") }
    }
  }

  @Test(
    "a sparse file of 200 GB is refused at once",
    arguments: ["pth", "safetensors", "zip", "legacy"])
  func sparse(kind: String) throws {
    try with("legacy") { path, folder in
      let large = "\(folder)/large.\(kind == "zip" || kind == "legacy" ? "pth" : kind)"
      let head: [UInt8] =
        switch kind {
        case "zip": [0x50, 0x4B, 3, 4]
        case "legacy":
          // A string of 2 GB after the usual beginning.
          [UInt8](PickleAssembler.legacyFile([0x80, 2, 0x58, 0, 0, 0, 0x7F]).prefix(28 + 7))
        default: []
        }
      try Data(head).write(to: URL(fileURLWithPath: large))
      guard truncate(large, 200 << 30) == 0 else { return }  // not on every file system
      let start = Date()
      #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: large) }
      #expect(Date().timeIntervalSince(start) < 10)
    }
  }

  @Test("NaN, infinite and negative values are found in every type")
  func valueFaults() throws {
    func bits(_ words: [UInt16]) -> [UInt8] { words.flatMap { PickleAssembler.little($0) } }
    func floats(_ values: [Float]) -> [UInt8] {
      values.flatMap { PickleAssembler.little($0.bitPattern) }
    }
    func doubles(_ values: [Double]) -> [UInt8] {
      values.flatMap { PickleAssembler.little($0.bitPattern) }
    }
    let tensors: [(name: String, type: String, count: Int, bytes: [UInt8])] = [
      ("f32", "F32", 4, floats([1, .nan, -.infinity, .leastNonzeroMagnitude])),
      ("f64", "F64", 4, doubles([1e300, -1e39, .nan, 1e-300])),
      ("f16", "F16", 3, bits([0x7C00, 0x7E00, 0x0001])),
      ("bf16", "BF16", 3, bits([0xFF80, 0x7FC0, 0x0001])),
      ("bn.running_var", "F32", 3, floats([1, -0.5, 0])),
      ("bn.running_mean", "F32", 2, floats([-1, 2])),
      ("bn.num_batches_tracked", "I64", 1, [UInt8](repeating: 0xFF, count: 8)),
      ("sound", "F32", 2, floats([.greatestFiniteMagnitude, -0.0])),
    ]
    var header: [String] = []
    var data: [UInt8] = []
    for tensor in tensors {
      let end = data.count + tensor.bytes.count
      header.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(tensor.count)],"
          + "\"data_offsets\":[\(data.count),\(end)]}")
      data += tensor.bytes
    }
    let text = "{" + header.joined(separator: ",") + "}"
    let file = try Checkpoint(
      data: Data(PickleAssembler.little(UInt64(text.utf8.count))) + Data(text.utf8) + Data(data),
      path: "w.safetensors")
    let found = try file.valueFaults(of: file.entries.map(\.name))
    #expect(
      found.map { "\($0.name): \($0.words)" } == [
        "f32: 1 NaN, 1 infinite of 4", "f64: 1 NaN, 2 beyond float32 of 4",
        "f16: 1 NaN, 1 infinite of 3", "bf16: 1 NaN, 1 infinite of 3",
        "bn.running_var: 1 negative variance of 3",
      ])
    #expect(
      CheckpointError(.unusableValues(found), path: "w").description.contains("f32 has 1 NaN"))
  }
}
