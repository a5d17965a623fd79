import Checkpoints
import Foundation
import TestSupport
import Testing

/// Fuzzing: reading arbitrary bytes returns tensors or throws, in limited time and memory.
///
/// A test run takes seconds; `make fuzz` sets LIGHTBOX_FUZZ_SECONDS.
@Suite("Fuzzing of checkpoint files", .serialized)
struct FuzzTests {
  /// Runs the cases of one test; all tensors of a file that opens are read.
  private func run(
    _ name: String, cases: Int, seed: UInt64, _ make: @escaping (inout Mutator) -> Data
  )
    throws
  {
    let fuzzing = Fuzzing(name, cases: cases, seed: seed, share: 1 / 8)
    let opened = try fuzzing.run { mutator in
      let bytes = make(&mutator)
      guard let file = try? Checkpoint(data: bytes, path: "mutated") else { return .refused }
      let sum = file.entries.reduce(0) { $0 + $1.byteCount }
      #expect(sum <= max(1 << 20, 16 * bytes.count), "\(name): \(sum) bytes")
      for entry in file.entries { _ = try? file.tensor(entry.name) }
      _ = try? file.networkEntries()
      _ = file.describingMetadata
      return .read
    }
    #expect(opened > 0)
  }

  @Test("mutated files")
  func files() throws {
    let list = try CheckpointFixtureTests.list.get()
    let originals = try list.good.map {
      [UInt8](try Data(contentsOf: Fixture.url("checkpoints/\($0.file)")))
    }
    try run("files", cases: 6000, seed: 1) { mutator in
      Data(mutator.mutated(originals[mutator.below(originals.count)], originals))
    }
  }

  @Test("mutated pickles in files with valid checksums")
  func pickles() throws {
    let list = try CheckpointFixtureTests.list.get()
    // The pickle of each zip file.
    var pickles: [[UInt8]] = []
    for file in list.good where file.file.hasSuffix(".pth") {
      let bytes = [UInt8](try Data(contentsOf: Fixture.url("checkpoints/\(file.file)")))
      if let pickle = Mutator.firstRecord(of: bytes) { pickles.append(pickle) }
    }
    #expect(pickles.count >= 6)
    // Storages for the tiny network, so that a pickle that is still valid gives its tensors.
    let numbers = (0..<32).map {
      (name: "a/data/\($0)", content: [UInt8](repeating: 1, count: 1024))
    }
    try run("pickles", cases: 6000, seed: 2) { mutator in
      let pickle = mutator.mutated(pickles[mutator.below(pickles.count)], pickles)
      if mutator.below(4) > 0 { return PickleAssembler.zip([("a/data.pkl", pickle)] + numbers) }
      return PickleAssembler.legacyFile(pickle)
    }
  }

  @Test("pickles of random opcodes")
  func programs() throws {
    try run("programs", cases: 20000, seed: 3) { mutator in
      PickleAssembler.legacyFile(mutator.program(), [("0", [UInt8](repeating: 0, count: 16), 4)])
    }
  }
}

extension Mutator {
  /// A pickle of random opcodes, most of which are valid.
  mutating func program() -> [UInt8] {
    let names = [
      ("collections", "OrderedDict"), ("torch", "FloatStorage"), ("builtins", "list"),
      ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"),
      ("fastcore.foundation", "L"), ("numpy", "dtype"), ("numpy.core.multiarray", "scalar"),
      ("torch._tensor", "_rebuild_from_type_v2"), ("_codecs", "encode"), ("torch", "Size"),
      ("collections", "defaultdict"),
    ]
    let simple: [UInt8] = [
      0x28, 0x28, 0x29, 0x5D, 0x7D, 0x30, 0x31, 0x32, 0x4E, 0x88, 0x89, 0x74, 0x85, 0x86, 0x87,
      0x52,
      0x52, 0x62, 0x61, 0x65, 0x73, 0x75, 0x6C, 0x64, 0x51, 0x81, 0x92, 0x6F, 0x90, 0x91, 0x8F,
      0x94,
    ]
    var p = PickleAssembler().op(0x7D)
    for _ in 0..<(2 + below(30)) {
      switch below(10) {
      case 0:
        let (module, name) = names[below(names.count)]
        p = p.global(module, name)
      case 1: p = p.text(["storage", "0", "cpu", "a", "items", ""][below(6)])
      case 2: p = p.int([0, 1, 4, -1, 1 << 40, 3][below(6)])
      case 3: p = p.ints((0..<below(4)).map { _ in [0, 1, 2, 4, 1 << 33][below(5)] })
      case 4: p = p.tensor(offset: below(3), shape: [below(5)], strides: [below(3)])
      case 5: p = p.op(0x68, UInt8(below(6)))
      case 6: p = p.text("k\(below(3))").tensor().op(0x73)
      default: p = p.op(simple[below(simple.count)])
      }
    }
    return p.stopped
  }

  /// The content of the first record of an uncompressed zip file.
  static func firstRecord(of bytes: [UInt8]) -> [UInt8]? {
    guard bytes.starts(with: [0x50, 0x4B, 3, 4]), bytes[8] == 0,
      let end = bytes.indices.first(where: { $0 > 4 && bytes[$0...].starts(with: [0x50, 0x4B]) })
    else { return nil }
    let start = 30 + Int(bytes[26]) + Int(bytes[27]) << 8 + Int(bytes[28]) + Int(bytes[29]) << 8
    guard start < end else { return nil }
    return Array(bytes[start..<end])
  }
}
