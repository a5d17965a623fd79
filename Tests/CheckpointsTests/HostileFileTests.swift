import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Files that are small, but would take minutes or gigabytes if lengths were believed and copies not counted.
///
/// The bounds are generous: without limits each of these takes more than a minute.
@Suite("Hostile files of weights")
struct HostileFileTests {
  private let memory = [(key: "0", content: [UInt8](repeating: 0, count: 16), count: 4)]

  private func open(_ file: Data) throws -> Checkpoint { try Checkpoint(data: file, path: "p.pth") }

  /// - Returns: The error, if the file is refused.
  @discardableResult
  private func limited(
    _ file: Data, seconds: Double = 10, sourceLocation: SourceLocation = #_sourceLocation
  ) -> (any Error)? {
    let start = Date()
    var found: (any Error)?
    do {
      let checkpoint = try open(file)
      for entry in checkpoint.entries.prefix(20_000) { _ = try checkpoint.tensor(entry.name) }
      _ = try? checkpoint.networkEntries()
    } catch { found = error }
    let took = Date().timeIntervalSince(start)
    #expect(took < seconds, sourceLocation: sourceLocation)
    if let found { #expect("\(found)".utf8.count < 2000, sourceLocation: sourceLocation) }
    return found
  }

  /// The opcodes that a function appends for a number, without copying a long pickle for each.
  private func opcodes(
    _ append: @escaping (PickleAssembler, Int) -> PickleAssembler
  ) -> (Int) -> [UInt8] {
    { Array(append(PickleAssembler(), $0).bytes.dropFirst(2)) }
  }

  private let long = String(repeating: "k", count: 10_000_000)

  @Test("a long key of a storage is not read again for each of its tensors")
  func storageKey() {
    // The tuple of the storage contains the key by its memo.
    var p = PickleAssembler().text(long).op(0x94, 0x30, 0x5D, 0x28)
    p = p.global("torch", "FloatStorage").op(0x94, 0x30)
    let storage: [UInt8] =
      [0x28] + PickleAssembler().text("storage").bytes.dropFirst(2) + [0x68, 1, 0x68, 0]
      + PickleAssembler().text("cpu").int(4).bytes.dropFirst(2) + [0x74, 0x51]
    p = p.raw((0..<60_000).flatMap { _ in storage }).op(0x65)
    #expect(limited(p.legacyFile(memory)) != nil)
    let zip = PickleAssembler.zip([("a/data.pkl", p.stopped)])
    #expect(limited(zip) != nil)
    // The list of storages of the legacy format repeats the key.
    var keys = PickleAssembler().text(long).op(0x94, 0x30, 0x5D, 0x28)
    keys = keys.raw((0..<400_000).flatMap { _ in [0x68, 0] as [UInt8] }).op(0x65)
    var file = PickleAssembler().tensor().legacyFile()
    file.removeLast(4)  // the empty list of storages: PROTO 2 EMPTY_LIST STOP
    #expect(limited(file + keys.stopped) != nil)
  }

  @Test("a long key of a dictionary, of a class, of a type, and a long path")
  func longNames() {
    var keys = PickleAssembler().text(long).op(0x94, 0x30, 0x7D)
    keys = keys.raw((0..<400_000).flatMap { _ in [0x68, 0, 0x4E, 0x73] as [UInt8] })
    #expect(limited(keys.legacyFile()) != nil)

    var classes = PickleAssembler().text(long).op(0x94, 0x30)
    classes = classes.raw((0..<400_000).flatMap { _ in [0x68, 0, 0x68, 0, 0x93, 0x30] as [UInt8] })
    #expect(limited(classes.op(0x4E).legacyFile()) != nil)

    var types = PickleAssembler().text(String(repeating: "<", count: 10_000_000)).op(0x94, 0x30)
    types = types.global("numpy", "dtype").op(0x68, 0, 0x85, 0x52, 0x94, 0x30)
    types = types.global("numpy.core.multiarray", "scalar").op(0x94, 0x30)
    types = types.raw(
      (0..<200_000).flatMap { _ in [0x68, 2, 0x68, 1, 0x43, 1, 0, 0x86, 0x52, 0x30] as [UInt8] })
    limited(types.op(0x4E).legacyFile())

    // Tensors in dictionaries under a long key.
    var paths = PickleAssembler().text(long).op(0x94, 0x30, 0x7D, 0x68, 0, 0x7D, 0x28)
    paths = paths.raw((0..<2000).flatMap { opcodes { $0.int($1).tensor() }($0) })
    #expect(limited(paths.op(0x75, 0x73).legacyFile(memory)) != nil)
    var plain = PickleAssembler().text(long).op(0x94, 0x30, 0x7D, 0x68, 0, 0x5D, 0x28)
    plain = plain.raw([UInt8](repeating: 0x4E, count: 1_000_000)).op(0x65, 0x73)
    #expect(limited(plain.legacyFile()) == nil)
  }

  @Test("long numbers as text")
  func numbers() {
    for code in [0x46, 0x49, 0x4C, 0x67, 0x70] as [UInt8] {
      let digits = [code] + [UInt8](repeating: 0x37, count: 5_000_000) + [0x0A]
      #expect(limited(PickleAssembler().raw(digits).legacyFile()) != nil)
    }
  }

  @Test("values shared to a tree of billions")
  func laughs() {
    // Tuples of two: each level twice the one below.
    var p = PickleAssembler().op(0x29, 0x94)
    for level in 0..<60 { p = p.op(0x68, UInt8(level), 0x68, UInt8(level), 0x86, 0x94) }
    #expect(limited(p.legacyFile()) != nil)
    // Wide and flat: a list of a thousand, a thousand times.
    var wide = PickleAssembler().op(0x5D, 0x28).raw([UInt8](repeating: 0x4E, count: 5000)).op(
      0x65, 0x94, 0x30, 0x5D, 0x28)
    wide = wide.raw((0..<100_000).flatMap { _ in [0x68, 0] as [UInt8] }).op(0x65)
    #expect(limited(wide.legacyFile()) != nil)
    // The same under classes, of which only names are kept.
    var objects = PickleAssembler().global("a", "B").op(0x94, 0x29, 0x81, 0x94, 0x30)
    for level in 1..<60 {
      objects = objects.op(0x68, 0, 0x68, UInt8(level), 0x68, UInt8(level), 0x86, 0x81, 0x94, 0x30)
    }
    #expect(limited(objects.op(0x68, 59).legacyFile()) == nil)
    // A long list given to many objects.
    var given = PickleAssembler().op(0x5D, 0x28).raw([UInt8](repeating: 0x4E, count: 500_000))
      .op(0x65, 0x94, 0x30).global("a", "B").op(0x94, 0x30, 0x5D, 0x28)
    given = given.raw((0..<100_000).flatMap { _ in [0x68, 1, 0x68, 0, 0x85, 0x81] as [UInt8] })
    limited(given.op(0x65).legacyFile())
  }

  @Test("many tensors, of one storage and of many records")
  func many() throws {
    var p = PickleAssembler().op(0x5D, 0x28)
    p = p.raw((0..<30_000).flatMap { opcodes { $0.tensor(offset: $1 % 4, shape: [1]) }($0) })
    #expect(limited(p.op(0x65).legacyFile(memory)) == nil)
    // One large storage, of which every tensor takes two distant elements.
    let large = [UInt8](repeating: 0, count: 4_000_000)
    var distant = PickleAssembler().op(0x5D, 0x28)
    let two = opcodes { $0.tensor(memory: 1_000_000, offset: $1, shape: [2], strides: [900_000]) }
    distant = distant.raw((0..<5000).flatMap(two)).op(0x65)
    limited(distant.legacyFile([("0", large, 1_000_000)]))
    limited(PickleAssembler.zip([("a/data.pkl", distant.stopped), ("a/data/0", large)]))
    // Every tensor in a record of its own.
    var records: [(name: String, content: [UInt8])] = []
    var each = PickleAssembler().op(0x5D, 0x28)
    each = each.raw(
      (0..<8000).flatMap { opcodes { $0.tensor(key: "\($1)", memory: 1, shape: [1]) }($0) })
    for i in 0..<8000 { records.append(("a/data/\(i)", [0, 0, 0, 0])) }
    #expect(limited(PickleAssembler.zip([("a/data.pkl", each.op(0x65).stopped)] + records)) == nil)
  }

  @Test("safetensors: a million tensors, long names, huge products, ranges that overlap")
  func safetensors() {
    func file(_ header: String, _ data: Int = 0) -> Data {
      Data(PickleAssembler.little(UInt64(header.utf8.count))) + Data(header.utf8)
        + Data(repeating: 0, count: data)
    }
    func tensor(_ name: String, _ shape: String = "0", _ range: String = "0,0") -> String {
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(range)]}"
    }
    let million = "{" + (0..<1_000_000).map { tensor("\($0)") }.joined(separator: ",") + "}"
    #expect("\(limited(file(million)) as Any)".contains("65536 tensors"))
    let few = "{" + (0..<50_000).map { tensor("\($0)") }.joined(separator: ",") + "}"
    #expect(limited(file(few)) == nil)
    #expect(limited(file("{" + tensor(long) + "}")) != nil)
    #expect(limited(file("{\"\(long)\":1}")) != nil)
    #expect(limited(file("{\"a\":{\"\(long)\":1}}")) != nil)
    #expect(
      limited(file("{\"a\":{\"dtype\":\"\(long)\",\"shape\":[],\"data_offsets\":[0,0]}}")) != nil)
    #expect(limited(file("{" + tensor("a") + "," + tensor("a") + "}")) != nil)
    let metadata =
      "{\"__metadata__\":{" + (0..<300_000).map { "\"\($0)\":\"x\"" }.joined(separator: ",") + "}}"
    #expect(limited(file(metadata)) == nil)
    for (shape, range) in [
      ("4294967296,4294967296,4294967296", "0,0"), ("9223372036854775807,2", "0,16"),
      ("0,9223372036854775807,9223372036854775807", "0,0"), ("2", "0,9223372036854775807"),
      ("1", "4,0"), ("4", "0,8"), (String(repeating: "1,", count: 200_000) + "1", "0,4"),
    ] {
      #expect(
        limited(file("{" + tensor("a", shape, range) + "}", 16)) != nil, "\(shape.prefix(40))")
    }
    let overlap = tensor("a", "4", "0,16") + "," + tensor("b", "2", "8,16")
    #expect(limited(file("{\(overlap)}", 16)) != nil)
    #expect(
      limited(file("{" + tensor("s", "", "0,4") + "," + tensor("n\\u0000", "3", "4,16") + "}", 16))
        == nil)
    #expect(limited(file(String(repeating: "{\"a\":", count: 1_000_000))) != nil)
    #expect(limited(file("{\"a\":" + String(repeating: "[", count: 1_000_000))) != nil)
    var huge = Data(PickleAssembler.little(UInt64(200_000_000))) + Data("{".utf8)
    huge.append(Data(repeating: 0x20, count: 200_000_000))
    #expect("\(limited(huge) as Any)".contains("100000000"))
  }

  @Test("zip: records that overlap, inflate too much, or are listed twice")
  func zips() {
    let pickle = PickleAssembler().tensor().stopped
    let content = [UInt8](repeating: 0, count: 16)
    let good = [("a/data.pkl", pickle), ("a/data/0", content)]
    #expect(limited(PickleAssembler.zip(good)) == nil)
    #expect(limited(PickleAssembler.zip(good + [("a/data/0", content)])) != nil)
    // A thousand entries of the directory for the same bytes.
    var bytes = [UInt8](
      PickleAssembler.zip([("a/data.pkl", pickle), ("x", [UInt8](repeating: 7, count: 100_000))]))
    let end = bytes.count - 22
    let start = bytes[..<end].lastIndex(of: 0x50).map { $0 } ?? 0
    let entry = Array(bytes[start..<end])
    var directory: [UInt8] = []
    for i in 0..<1000 {
      var copy = entry
      copy[entry.count - 1] = UInt8(0x41 + i % 26)
      directory += copy
    }
    bytes.replaceSubrange(start..<end, with: directory)
    limited(Data(bytes))
    // NUL and control characters in a name.
    limited(PickleAssembler.zip([("a\0b/data.pkl", pickle), ("a\u{1}/data/0", content)]))
    // A pickle that is larger than any pickle of a network.
    let zeros = [UInt8](repeating: 0, count: 130 << 20)
    #expect("\(limited(PickleAssembler.zip([("a/data.pkl", zeros)])) as Any)".contains("data.pkl"))
  }

  @Test("strides that overlap are read; negative and overflowing ones are refused")
  func strides() throws {
    let p = PickleAssembler()
    let overlapping = try open(p.tensor(shape: [3, 2], strides: [1, 1]).legacyFile(memory))
    #expect(try overlapping.tensor("tensor").floatScalars.count == 6)
    let scalar = try open(p.tensor(shape: [], strides: []).legacyFile(memory))
    #expect(try scalar.tensor("tensor").shape == [])
    for bad in [
      p.tensor(shape: [2], strides: [-1]), p.tensor(shape: [-2]), p.tensor(offset: -1, shape: [1]),
      p.tensor(shape: [2, 2], strides: [Int.max, Int.max]), p.tensor(offset: Int.max, shape: [2]),
      p.tensor(memory: -4), p.tensor(memory: Int.max), p.tensor(shape: [4], strides: []),
    ] {
      #expect(throws: CheckpointError.self) { try open(bad.legacyFile(memory)) }
    }
  }
}
