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
    let fuzzing = Fuzzing(name, cases: cases, seed: seed, share: 1 / 24)
    let opened = try fuzzing.run { mutator in
      let bytes = make(&mutator)
      guard let file = try? Checkpoint(data: bytes, path: "mutated") else { return .refused }
      let sum = file.entries.reduce(0) { $0 + $1.byteCount }
      #expect(sum <= max(1 << 20, 16 * bytes.count), "\(name): \(sum) bytes")
      for entry in file.entries { _ = try? file.tensor(entry.name) }
      _ = try? file.networkEntries()
      _ = try? file.valueFaults(of: file.entries.map(\.name))
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

  @Test("safetensors headers of random parts")
  func headers() throws {
    try run("headers", cases: 3000, seed: 4) { $0.safetensors() }
  }

  @Test("zip archives with changed fields")
  func archives() throws {
    let pickle = PickleAssembler().op(0x7D).text("w").tensor().op(0x73).text("v")
      .tensor(key: "1", memory: 2, shape: [2]).op(0x73).stopped
    let plain = [UInt8](
      PickleAssembler.zip([
        ("a/data.pkl", pickle), ("a/data/0", [UInt8](repeating: 1, count: 16)),
        ("a/data/1", [UInt8](repeating: 2, count: 8)), ("a/byteorder", Array("little".utf8)),
      ]))
    let deflated = [UInt8](
      try Data(contentsOf: Fixture.url("checkpoints/tiny_zip_deflated.pth")))
    try run("archives", cases: 2000, seed: 5) { mutator in
      Data(mutator.withChangedFields(mutator.below(3) == 0 ? deflated : plain))
    }
  }

  @Test("legacy files with storages of random sizes")
  func legacy() throws {
    try run("legacy", cases: 3000, seed: 6) { $0.legacyFile() }
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
      ("collections", "defaultdict"), ("pathlib", "PosixPath"), ("mylib", "Color"),
      ("builtins", "getattr"), ("copyreg", "_reconstructor"), ("functools", "partial"),
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

  /// A number that a length, a count or an offset could be.
  private mutating func number(_ near: Int) -> Int {
    switch below(8) {
    case 0: [0, 1, 0xFFFF, 0xFFFF_FFFF, 1 << 31, 1 << 62, Int.max][below(7)]
    case 1: near &+ below(9) &- 4
    case 2: near &* (1 << below(20))
    default: near
    }
  }

  /// A safetensors file whose header is put together from valid and invalid parts.
  mutating func safetensors() -> Data {
    let types = ["F32", "F16", "F64", "I64", "BOOL", "BF16", "U8", "F4", ""]
    let sizes = [4, 2, 8, 8, 1, 2, 1, 1, 1]
    var members: [String] = []
    var end = 0
    for i in 0..<below(5) {
      let type = below(8) == 0 ? below(types.count) : below(7)
      let shape = (0..<below(4)).map { _ in below(12) == 0 ? number(3) : below(4) }
      let bytes = shape.reduce(sizes[type]) { $0.multipliedReportingOverflow(by: $1).partialValue }
      let range = [number(end), number(end &+ bytes)]
      end = min(max(end &+ bytes, 0), 4096)
      let name = ["t\(i)", "t0", "__metadata__", "\\u0000", "\\ud83d\\ude00", "é", ""][
        below(4) == 0 ? below(7) : 0]
      var fields = [
        "\"dtype\":\"\(types[type])\"",
        "\"shape\":[\(shape.map(String.init).joined(separator: ","))]",
        "\"data_offsets\":[\(range.map(String.init).joined(separator: ","))]",
      ]
      if below(10) == 0 { fields.remove(at: below(3)) }
      if below(10) == 0 { fields.append(fields[0]) }
      if below(6) == 0 { fields.swapAt(0, 2 % fields.count) }
      members.append("\"\(name)\":{\(fields.joined(separator: ","))}")
    }
    if below(4) == 0 { members.append("\"__metadata__\":{\"k\":\"\(below(9))\"}") }
    var header = Array("{\(members.joined(separator: below(20) == 0 ? ",," : ","))}".utf8)
    if below(4) == 0 { header = mutated(header, [header]) }
    let length = below(20) == 0 ? number(header.count) : header.count
    let data = [UInt8](repeating: byte(), count: below(20) == 0 ? below(64) : end)
    return Data(PickleAssembler.little(UInt64(bitPattern: Int64(length))) + header + data)
  }

  /// A zip archive with other values in some fields of its headers.
  mutating func withChangedFields(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    // The fields of local headers, of the directory's entries and of the end record: offset and width.
    let fields: [(signature: [UInt8], fields: [(Int, Int)])] = [
      ([0x50, 0x4B, 3, 4], [(4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)]),
      (
        [0x50, 0x4B, 1, 2],
        [
          (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2),
          (42, 4),
        ]
      ),
      ([0x50, 0x4B, 5, 6], [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)]),
    ]
    for _ in 0...below(3) {
      let (signature, own) = fields[below(3)]
      let places = bytes.indices.filter { bytes[$0...].starts(with: signature) }
      guard !places.isEmpty else { continue }
      let (offset, width) = own[below(own.count)]
      let at = places[below(places.count)] + offset
      guard at + width <= bytes.count else { continue }
      let old = (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
      let new = number(below(3) == 0 ? bytes.count : old)
      for i in 0..<width { bytes[at + i] = UInt8(truncatingIfNeeded: new >> (8 * i)) }
    }
    return below(8) == 0 ? mutated(bytes, [original]) : bytes
  }

  /// A file of the legacy format whose counts may not agree.
  mutating func legacyFile() -> Data {
    var p = PickleAssembler().op(0x7D)
    var storages: [(key: String, content: [UInt8], count: Int)] = []
    for i in 0..<(1 + below(4)) {
      let count = below(12) == 0 ? number(4) : below(6)
      let key = below(8) == 0 ? "0" : "\(i)"
      p = p.text("t\(i)").tensor(
        key: key, memory: count, offset: below(6) == 0 ? number(0) : 0,
        shape: below(6) == 0 ? [2, number(2)] : [max(0, min(count, 5))],
        strides: below(6) == 0 ? [number(2), 1] : [1]
      ).op(0x73)
      let held = below(10) == 0 ? number(count) : count
      storages.append((key, [UInt8](repeating: byte(), count: min(max(count, 0), 6) * 4), held))
    }
    if below(10) == 0 { storages.append(storages[0]) }
    if below(10) == 0 { storages.removeLast() }
    let file = [UInt8](p.legacyFile(storages))
    return Data(below(4) == 0 ? mutated(file, [file]) : file)
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
