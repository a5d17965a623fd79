import Checkpoints
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Checkpoint files of all formats")
struct CheckpointFixtureTests {
  struct List: Decodable {
    let good: [Good]
    let bad: [Bad]
    let network_keys: [String]

    struct Good: Decodable {
      let file: String
      let tensors: [Tensor]
    }

    struct Bad: Decodable {
      let file: String, why: String, expected: String
    }

    /// Path, shape, dtype, CRC-32.
    struct Tensor: Decodable {
      let path: String, shape: [Int], dtype: String, crc: String

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        path = try list.decode(String.self)
        shape = try list.decode([Int].self)
        dtype = try list.decode(String.self)
        crc = try list.decode(String.self)
      }
    }
  }

  static let list = Result { try Fixture.json("checkpoints/checkpoints.json", as: List.self) }

  private func path(_ file: String) -> String { Fixture.path("checkpoints/\(file)") }

  @Test("tensors of valid files are read bit for bit")
  func good() throws {
    let list = try Self.list.get()
    let expected = try SafetensorsFixture.load("checkpoints/expected.safetensors")
    #expect(list.good.count == 18)
    for file in list.good {
      let checkpoint = try Checkpoint(contentsOf: path(file.file))
      #expect(Set(checkpoint.entries.map(\.name)) == Set(file.tensors.map(\.path)), "\(file.file)")
      let read = try checkpoint.tensors(checkpoint.entries.map(\.name))
      for stated in file.tensors {
        let entry = try checkpoint.entry(stated.path)
        #expect(entry.shape == stated.shape, "\(file.file) \(stated.path)")
        #expect(entry.type.pyTorchName == stated.dtype)
        let bytes = try checkpoint.bytes(of: stated.path)
        #expect(bytes.count == entry.byteCount)
        #expect(CRC32.hex(of: bytes) == stated.crc, "\(file.file) \(stated.path)")
        let fixture = try #require(expected["\(file.file)|\(stated.path)"])
        let tensor = try #require(read[stated.path])
        #expect(tensor.shape == stated.shape)
        if fixture.dtype == "F32" {
          #expect(tensor.dtype == .float32)
          expectClose(tensor.floatScalars.map(Double.init), fixture.doubles, stated.path)
        } else {
          #expect(integers(tensor) == fixture.integers, "\(file.file) \(stated.path)")
        }
      }
    }
  }

  private func integers(_ tensor: Tensor) -> [Int] {
    switch tensor.dtype {
    case .int64: tensor.scalars(as: Int64.self).map(Int.init)
    case .int32: tensor.scalars(as: Int32.self).map(Int.init)
    case .uint8: tensor.scalars(as: UInt8.self).map(Int.init)
    default: tensor.scalars(as: Bool.self).map { $0 ? 1 : 0 }
    }
  }

  @Test("the state_dict of the tiny network is read from every valid file of it")
  func networks() throws {
    let list = try Self.list.get()
    let files = list.good.map(\.file).filter { $0.hasPrefix("tiny") }
    #expect(files.count == 12)
    for file in files {
      let checkpoint = try Checkpoint(contentsOf: path(file))
      let names = try checkpoint.networkEntries().map(\.name)
      if checkpoint.format == .safetensors {
        #expect(Set(names).isSubset(of: list.network_keys), "\(file)")
      } else {
        #expect(names == list.network_keys, "\(file)")
      }
      #expect(try checkpoint.stateDictionary().count == names.count)
    }
  }

  @Test("malformed and malicious files throw an error that names the file")
  func bad() throws {
    let list = try Self.list.get()
    #expect(list.bad.count == 75)
    for file in list.bad {
      do {
        let checkpoint = try Checkpoint(contentsOf: path(file.file))
        _ = try checkpoint.tensors(checkpoint.entries.map(\.name))
        #expect(file.expected != "refuse", "\(file.file) was accepted: \(file.why)")
      } catch {
        #expect("\(error)".contains(file.file))
      }
    }
  }

  @Test(
    "an error names the function or class that is not allowed",
    arguments: [
      ("os_system_zip.pth", "os.system"), ("os_system_bare.pkl", "os.system"),
      ("posix_system_next_to_tensor.pth", "posix.system"), ("builtins_eval.pth", "builtins.eval"),
      ("py2_builtin_eval.pth", "__builtin__.eval"), ("subprocess_popen.pth", "subprocess.Popen"),
      ("getattr_chain.pth", "builtins.getattr"),
      ("build_setstate.pth", "http.client.HTTPSConnection"),
      ("whole_module.pth", "torch.nn.modules.container.Sequential"),
      ("unknown_storage_type.pth", "torch.NoSuchStorage"),
    ])
  func foreign(file: String, name: String) {
    #expect(throws: CheckpointError(.unsupportedGlobal(name), path: path(file))) {
      try Checkpoint(contentsOf: path(file))
    }
  }

  @Test("values other than tensors")
  func values() throws {
    let file = try Checkpoint(contentsOf: path("tiny_full.pth"))
    #expect(file.values["epoch"] == .int(7))
    #expect(file.values["best"] == .double(0.8125))
    #expect(file.values["arch"] == .string("tiny"))
    #expect(file.values["classes"] == .list([.string("benign"), .string("malignant")]))
    #expect(file.values["flags"] == .list([.bool(true), .none, .int(-3)]))
    #expect(file.describingMetadata["classes"] == "benign, malignant")
    let safetensors = try Checkpoint(contentsOf: path("handmade.safetensors"))
    #expect(safetensors.metadata == ["note": "keys out of order, é"])
  }

  @Test("a message consists of file, tensor, problem and remedy")
  func sentences() throws {
    let file = try Checkpoint(contentsOf: path("handmade.safetensors"))
    #expect { try file.tensor("nothing") } throws: {
      "\($0)" == "\(path("handmade.safetensors")), \"nothing\": the file has no such tensor"
    }
    #expect(
      CheckpointError(.unsupportedGlobal("os.system"), path: "a.pth").description
        == "a.pth: the file refers to os.system, which is neither a tensor nor a plain value; no code "
        + "was run; if the file is your own, save only its weights in Python: "
        + "torch.save(model.state_dict(), \"out.pth\")")
  }

  @Test("other formats are recognized by their content")
  func otherKinds() {
    for (bytes, word) in [
      ([0x1F, 0x8B, 8, 0], "gzip"), (Array("<!DOCTYPE html>".utf8), "web page"),
      (Array("version https://git-lfs".utf8), "git lfs pull"), ([], "empty"),
    ] as [([UInt8], String)] {
      #expect {
        try Checkpoint(data: Data(bytes), path: "x.pth")
      } throws: { "\($0)".contains(word) && "\($0)".contains("x.pth") }
    }
    #expect(throws: CheckpointError(.notRegularFile, path: "/dev/zero")) {
      try Checkpoint(contentsOf: "/dev/zero")
    }
    #expect(
      throws: CheckpointError(.file(.unreadable(errno: ENOENT)), path: "/no/such/file.pth")
    ) {
      try Checkpoint(contentsOf: "/no/such/file.pth")
    }
  }
}

/// The CRC-32 of zip, independent of the library.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }

  static func value(of bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8
    }
    return ~crc
  }

  static func hex(of bytes: some Sequence<UInt8>) -> String {
    let digits = String(value(of: bytes), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
