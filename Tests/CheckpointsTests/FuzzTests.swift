import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Fuzzing: reading arbitrary bytes returns tensors or throws, in limited time and memory.
///
/// A test run takes seconds; `make fuzz` sets LIGHTBOX_FUZZ_SECONDS.
@Suite("Fuzzing of checkpoint files", .serialized)
struct FuzzTests {
  static let seconds =
    Double(ProcessInfo.processInfo.environment["LIGHTBOX_FUZZ_SECONDS"] ?? "") ?? 0

  /// The time limit of a case in seconds.
  private static let timeLimit = 5.0

  /// Runs a number of cases, or a third of the fuzzing time if that is set.
  private func run(_ name: String, cases: Int, seed: UInt64, _ make: (inout Mutator) -> Data) {
    // Every case has its own seed, so that a failing one can be reproduced alone.
    let end = Date().addingTimeInterval(Self.seconds / 3)
    var number = 0
    var opened = 0
    while Self.seconds > 0 ? Date() < end : number < cases {
      var mutator = Mutator(seed: seed &+ UInt64(number))
      let bytes = make(&mutator)
      let started = Date()
      if let file = try? Checkpoint(data: bytes, path: "mutated") {
        opened += 1
        let sum = file.entries.reduce(0) { $0 + $1.byteCount }
        #expect(sum <= max(1 << 20, 16 * bytes.count), "\(name) \(number): \(sum) bytes")
        for entry in file.entries { _ = try? file.tensor(entry.name) }
        _ = try? file.networkEntries()
        _ = file.describingMetadata
      }
      let took = Date().timeIntervalSince(started)
      #expect(took < Self.timeLimit, "\(name), case \(number), took \(took) s")
      number += 1
    }
    if Self.seconds > 0 { print("fuzz \(name): \(number) cases, \(opened) opened") }
    #expect(opened > number / 1000, "\(name): too few cases can be opened")
  }

  @Test("mutated files")
  func files() throws {
    let list = try CheckpointFixtureTests.list.get()
    let originals = try list.good.map {
      [UInt8](try Data(contentsOf: Fixture.url("checkpoints/\($0.file)")))
    }
    run("files", cases: 6000, seed: 1) { mutator in
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
    run("pickles", cases: 6000, seed: 2) { mutator in
      let pickle = mutator.mutated(pickles[mutator.below(pickles.count)], pickles)
      if mutator.below(4) > 0 { return PickleAssembler.zip([("a/data.pkl", pickle)] + numbers) }
      return PickleAssembler.legacyFile(pickle)
    }
  }

  @Test("pickles of random opcodes")
  func programs() {
    run("programs", cases: 20000, seed: 3) { mutator in
      PickleAssembler.legacyFile(mutator.program(), [("0", [UInt8](repeating: 0, count: 16), 4)])
    }
  }
}

/// Mutates bytes reproducibly.
struct Mutator {
  private var random: RandomSource

  init(seed: UInt64) { random = RandomSource(seed: seed) }

  mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(count, 1))) }

  private mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: random.next() >> 24) }

  /// Replaces, removes, duplicates and moves bytes, or inserts some of another file.
  mutating func mutated(_ original: [UInt8], _ others: [[UInt8]]) -> [UInt8] {
    var bytes = original
    for _ in 0...below(4) {
      guard !bytes.isEmpty else { return bytes }
      let at = below(bytes.count)
      let length = min(1 + below(24), bytes.count - at)
      switch below(9) {
      case 0: bytes[at] = byte()
      case 1: bytes[at] ^= 1 << UInt8(below(8))
      case 2: for i in at..<at + length { bytes[i] = [0, 0xFF, 0x7F, 0x80][below(4)] }
      case 3: bytes.removeSubrange(at..<at + length)
      case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: below(bytes.count))
      case 5:
        let other = others[below(others.count)]
        guard !other.isEmpty else { continue }
        let from = below(other.count)
        bytes.insert(contentsOf: other[from..<min(from + 1 + below(64), other.count)], at: at)
      case 6: bytes[at] &+= UInt8(truncatingIfNeeded: below(5)) &- 2
      case 7 where below(4) == 0: bytes = Array(bytes.prefix(at))
      default: for i in at..<at + length { bytes[i] = byte() }
      }
    }
    return bytes
  }

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
