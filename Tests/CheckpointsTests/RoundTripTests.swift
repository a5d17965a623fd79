import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Writing and converting checkpoints")
struct RoundTripTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test(
    "conversion between the formats keeps every bit of every type, and the order",
    arguments: [
      "variety_zip.pth", "variety_legacy.pth", "tiny_bf16.safetensors", "tiny_f16.safetensors",
    ])
  func convert(file: String) throws {
    let original = try Checkpoint(contentsOf: Fixture.path("checkpoints/\(file)"))
    try inFolder { folder in
      var current = original
      for (step, name) in ["a.pth", "b.safetensors", "c.safetensors", "d.pt"].enumerated() {
        let path = "\(folder)/\(name)"
        try Checkpoint.write(
          try current.entries.map { try RawTensor($0.name, $0.name, of: current) },
          metadata: step == 0 ? ["note": "größer \"als\"\nnichts"] : current.metadata, to: path)
        current = try Checkpoint(contentsOf: path)
        #expect(current.metadata == ["note": "größer \"als\"\nnichts"])
        if name.hasPrefix("a") {
          #expect(current.entries.map(\.name) == original.entries.map(\.name))
        }
        for entry in original.entries {
          #expect(try current.entry(entry.name) == entry)
          #expect(try current.bytes(of: entry.name) == original.bytes(of: entry.name))
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 4)
    }
  }

  @Test("NaN payloads, infinities and signs of zero are kept")
  func bits() throws {
    let words: [UInt32] = [0x7FC0_0001, 0xFFC1_2345, 0x7F80_0000, 0x8000_0000, 1, 0x3F80_0000]
    let tensor = Tensor(words.map(Float.init(bitPattern:)), shape: [2, 3])
    try inFolder { folder in
      for name in ["a.pth", "a.safetensors"] {
        try Checkpoint.write([RawTensor("w", tensor)], to: "\(folder)/\(name)")
        let read = try Checkpoint(contentsOf: "\(folder)/\(name)").tensor("w")
        #expect(read.shape == [2, 3])
        #expect(read.floatScalars.map(\.bitPattern) == words)
      }
    }
  }

  @Test("zip64, and PyTorch's alignment of storages")
  func zip64() throws {
    let tensors = [
      RawTensor("a", Tensor((0..<100).map(Float.init))), RawTensor("b", Tensor([Int64(5)])),
      RawTensor("empty", Tensor([Float](), shape: [0, 3])),
    ]
    try inFolder { folder in
      for limit in [0xFFFF_FFFE, 300, 0] {
        let path = "\(folder)/\(limit).pth"
        try PyTorchWriter.write(tensors, metadata: [:], to: path, largest: limit)
        let file = try Checkpoint(contentsOf: path)
        #expect(try file.tensor("a").floatScalars == (0..<100).map(Float.init))
        #expect(try file.tensor("b").scalars(as: Int64.self) == [5])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let numbers = Data((0..<100).flatMap { withUnsafeBytes(of: Float($0)) { Array($0) } })
        let place = try #require(bytes.range(of: numbers))
        #expect(place.lowerBound % 64 == 0)
      }
    }
  }

  @Test("an existing file is not changed if the new one cannot be written")
  func untouched() throws {
    try inFolder { folder in
      let path = "\(folder)/a.pth"
      try Checkpoint.write([RawTensor("w", Tensor([Float(1)]))], to: path)
      let twice = [RawTensor("w", Tensor([Float(2)])), RawTensor("w", Tensor([Float(3)]))]
      #expect(throws: CheckpointError(.duplicateTensor, path: path, tensor: "w")) {
        try Checkpoint.write(twice, to: path)
      }
      // A malformed source is found while the new file is written.
      let bad = try Checkpoint(contentsOf: Fixture.path("checkpoints/zip_bad_crc.pth"))
      let malformed = try bad.entries.map { try RawTensor($0.name, $0.name, of: bad) }
      #expect { try Checkpoint.write(malformed, to: path) } throws: {
        "\($0)".contains("zip_bad_crc.pth")
      }
      #expect(try Checkpoint(contentsOf: path).tensor("w").floatScalars == [1])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.pth"])
      #expect(throws: CheckpointError(.unknownExtension, path: "\(folder)/a.txt")) {
        try Checkpoint.write([RawTensor](), to: "\(folder)/a.txt")
      }
    }
  }

  @Test("the name of a PyTorch file may end in .pth.tar, in any case; .tar alone is no checkpoint")
  func archiveName() throws {
    try inFolder { folder in
      for name in ["m.pth.tar", "M.PTH.TAR"] {
        try Checkpoint.write([("w", Tensor([Float(1), 2]))], to: "\(folder)/\(name)")
        let file = try Checkpoint(contentsOf: "\(folder)/\(name)")
        #expect(file.format == .pyTorchZip)
        #expect(try file.tensor("w").floatScalars == [1, 2])
      }
      for name in ["m.tar", "pth.tar.gz"] {
        #expect(throws: CheckpointError(.unknownExtension, path: "\(folder)/\(name)")) {
          try Checkpoint.write([("w", Tensor([Float(1)]))], to: "\(folder)/\(name)")
        }
      }
    }
  }

  @Test("files are compared element by element")
  func comparison() throws {
    try inFolder { folder in
      func write(_ name: String, _ tensors: [RawTensor]) throws -> Checkpoint {
        try Checkpoint.write(tensors, to: "\(folder)/\(name)")
        return try Checkpoint(contentsOf: "\(folder)/\(name)")
      }
      let nan = Float.nan
      let a = try write(
        "a.pth",
        [
          RawTensor("same", Tensor([nan, 1])), RawTensor("w", Tensor([Float(1), 2, 4])),
          RawTensor("s", Tensor([Float(1)])), RawTensor("a", Tensor([Float(1)])),
          RawTensor("t", Tensor([Int64(3)])), RawTensor("n", Tensor([Float(1)])),
        ])
      let b = try write(
        "b.safetensors",
        [
          RawTensor("same", Tensor([nan, 1])), RawTensor("w", Tensor([Float(1), 2.5, 4])),
          RawTensor("s", Tensor([Float(1)], shape: [])), RawTensor("b", Tensor([Float(1)])),
          RawTensor("t", Tensor([Int32(3)])), RawTensor("n", Tensor([nan])),
        ])
      let found = try CheckpointComparison(a, b)
      #expect(!found.isSame)
      let outcomes = Dictionary(uniqueKeysWithValues: found.lines.map { ($0.name, $0.outcome) })
      #expect(outcomes["same"] == .same)
      #expect(
        outcomes["w"]
          == .different(.init(types: [.float32, .float32], count: 1, absolute: 0.5, relative: 0.2)))
      #expect(outcomes["s"] == .shapes([1], []))
      #expect(outcomes["a"] == .onlyFirst && outcomes["b"] == .onlySecond)
      #expect(
        outcomes["t"]
          == .different(.init(types: [.int64, .int32], count: 0, absolute: 0, relative: 0)))
      #expect(
        outcomes["n"]
          == .different(
            .init(types: [.float32, .float32], count: 1, absolute: .infinity, relative: .infinity)))
      #expect(try CheckpointComparison(a, a).isSame)
    }
  }
}
