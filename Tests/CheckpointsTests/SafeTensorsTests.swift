import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("safetensors files")
struct SafeTensorsTests {
  private struct File: Decodable {
    struct Bad: Decodable { let file: String, why: String }
    let good: [Good]
    let bad: [Bad]
    struct Good: Decodable { let file: String }
  }

  private func values(_ tensor: Tensor) -> [Double] {
    switch tensor.dtype {
    case .float32: tensor.floatScalars.map(Double.init)
    case .int64: tensor.scalars(as: Int64.self).map(Double.init)
    case .int32: tensor.scalars(as: Int32.self).map(Double.init)
    case .uint8: tensor.scalars(as: UInt8.self).map(Double.init)
    default: tensor.scalars(as: Bool.self).map { $0 ? 1 : 0 }
    }
  }

  @Test("tensors of valid files have the expected values")
  func good() throws {
    let list = try Fixture.json("checkpoints/checkpoints.json", as: File.self)
    let expected = try SafetensorsFixture.load("checkpoints/expected.safetensors")
    let good = list.good.filter { $0.file.hasSuffix(".safetensors") }
    #expect(good.count == 7)
    for file in good {
      let read = try SafeTensors(contentsOf: Fixture.path("checkpoints/\(file.file)"))
      let prefix = file.file + "|"
      let keys = expected.keys.filter { $0.hasPrefix(prefix) }
      #expect(
        Set(keys.map { String($0.dropFirst(prefix.count)) }) == Set(read.entries.map(\.name)),
        "\(file.file)")
      for key in keys {
        let fixture = try #require(expected[key])
        let tensor = try read.tensor(String(key.dropFirst(prefix.count)))
        #expect(tensor.shape == fixture.shape)
        expectClose(
          values(tensor),
          fixture.dtype == "I64" ? fixture.integers.map { Double($0) } : fixture.doubles, key)
      }
    }
  }

  @Test("tensors selected by name")
  func some() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("lightbox-\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafeTensors.write(
      [
        ("a", Tensor([Float(1), 2])), ("optimizer:a", Tensor([Float(3)])),
        ("b", Tensor([Int64(4)])),
      ],
      to: path)
    let found = try SafeTensors(contentsOf: path).tensors { !$0.hasPrefix("optimizer:") }
    #expect(found.names == ["a", "b"])
    #expect(found["a"]?.floatScalars == [1, 2])
  }

  @Test("malformed and malicious files throw an error that names the file")
  func bad() throws {
    let list = try Fixture.json("checkpoints/checkpoints.json", as: File.self)
    let bad = list.bad.filter { $0.file.hasSuffix(".safetensors") }
    #expect(bad.count == 34)
    for file in bad {
      let path = Fixture.path("checkpoints/\(file.file)")
      do {
        _ = try SafeTensors(contentsOf: path)
        Issue.record("\(file.file) was accepted: \(file.why)")
      } catch {
        #expect("\(error)".contains(file.file))
      }
    }
  }

  @Test("a round trip keeps every bit; a file is replaced atomically")
  func roundTrip() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.safetensors").path
    let tensors: [(name: String, tensor: Tensor)] = [
      ("x", Tensor([1.5, -0.0, .infinity, Float(bitPattern: 0x116C2)] as [Float], shape: [2, 2])),
      ("n", Tensor([Int64(-7)], shape: [])),
      ("empty", Tensor([Float](), shape: [0, 3])),
    ]
    for _ in 0..<2 { try SafeTensors.write(tensors, metadata: ["k": "a \"b\" \n ü"], to: path) }
    let read = try SafeTensors(contentsOf: path)
    #expect(read.metadata == ["k": "a \"b\" \n ü"])
    #expect(
      try read.tensor("x").floatScalars.map(\.bitPattern)
        == tensors[0].tensor.floatScalars.map(\.bitPattern))
    #expect(try read.tensor("n").scalars(as: Int64.self) == [-7])
    #expect(try read.tensor("empty").shape == [0, 3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    #expect(throws: CheckpointError.self) {
      try SafeTensors.write(tensors, to: "\(folder.path)/no/a.safetensors")
    }
  }
}
