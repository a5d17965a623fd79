import Imaging
import TestSupport
import Testing

/// Modified JPEG files, also at the level of their segments and scans.
@Suite struct JPEGFuzzTests {
  private static let fuzzing = Fuzzing("JPEG", cases: 400, seed: 0x3E6, share: 0.12)

  @Test("a modified JPEG file is read or refused, in bounded time and memory")
  func modified() throws {
    let seeds = [
      try JPEG.encode(PixelBuffer(width: 40, height: 30, channels: 3)),
      try Fixture.bytes("pictures/progressive.jpg"), try Fixture.bytes("pictures/gray.jpg"),
      try Fixture.bytes("pictures/colour.jpg"), try Fixture.bytes("pictures/cmyk.jpg"),
    ]
    let read = try Self.fuzzing.run { mutator in
      let isProgressive = mutator.below(200) == 0
      let seed =
        try isProgressive
        ? Self.manyScans(count: mutator.below(3000), side: mutator.below(6000))
        : seeds[mutator.below(seeds.count)]
      let bytes =
        isProgressive && mutator.below(2) == 0 ? seed : Self.mutated(seed, seeds, &mutator)
      guard let image = try? JPEG.decode(bytes) else { return .refused }
      #expect(image.samples.count == image.width * image.height * image.channels)
      return .read
    }
    #expect(read > 0)
  }

  /// A progressive image whose last scan is repeated, with other sides.
  static func manyScans(count: Int, side: Int) throws -> [UInt8] {
    var parts = segments(of: try Fixture.bytes("pictures/progressive.jpg"))
    guard let scan = parts.last(where: { $0.starts(with: [0xff, 0xda]) }) else { return [] }
    for at in parts.indices where parts[at].starts(with: [0xff, 0xc2]) {
      setSides(&parts[at], side, side)
    }
    parts.insert(contentsOf: [[UInt8]](repeating: scan, count: count), at: parts.count - 1)
    return parts.flatMap(\.self)
  }

  /// Modifies segments, then bytes.
  static func mutated(
    _ original: [UInt8], _ others: [[UInt8]], _ mutator: inout Mutator
  ) -> [UInt8] {
    var parts = segments(of: original)
    for _ in 0..<mutator.below(4) where parts.count > 2 {
      let at = 1 + mutator.below(parts.count - 2)
      let part = parts[at]
      let isFrame = part.count > 9 && (0xc0...0xc2).contains(part[1])
      switch mutator.below(9) {
      case 0: parts.remove(at: at)
      case 1: parts.swapAt(at, 1 + mutator.below(parts.count - 2))
      case 2:
        let times = [2, 20, 400, 5000][mutator.below(4)]
        if times * part.count < 300_000 {
          parts.insert(contentsOf: [[UInt8]](repeating: part, count: times), at: at)
        }
      case 3: parts.insert(segment(0xe1, exif(&mutator)), at: 1)
      case 4:
        let sides = [1, 16, 1000, 4000, 20_000, 65_500, 65_535]
        if isFrame {
          setSides(&parts[at], sides[mutator.below(7)], sides[mutator.below(7)])
        }
      case 5 where isFrame:
        parts[at][1] = 0xc0 + UInt8(mutator.below(16))
      case 6 where isFrame && part.count > 17:
        parts[at][11 + 3 * mutator.below(3)] =
          [0x11, 0x22, 0x44, 0x41, 0x14, 0x31][mutator.below(6)]
      case 7: parts.insert(segment(0xdd, [UInt8(mutator.below(3)), mutator.byte()]), at: at)
      default: parts[at] = part.prefix(2) + mutator.mutated(Array(part.dropFirst(2)), others)
      }
    }
    let bytes = parts.flatMap(\.self)
    return mutator.below(2) == 0 ? mutator.mutated(bytes, others) : bytes
  }

  private static func exif(_ mutator: inout Mutator) -> [UInt8] {
    let tag: [UInt8] =
      Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
    return mutator.below(2) == 0 ? tag : mutator.mutated(tag, [tag])
  }

  private static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length = payload.count + 2
    return [0xff, marker, UInt8(length >> 8 & 255), UInt8(length & 255)] + payload
  }

  private static func setSides(_ frame: inout [UInt8], _ rows: Int, _ columns: Int) {
    guard frame.count > 9 else { return }
    frame.replaceSubrange(
      5..<9, with: [rows >> 8, rows & 255, columns >> 8, columns & 255].map { UInt8($0) })
  }

  /// Splits a file into its markers, each with what follows it.
  static func segments(of bytes: [UInt8]) -> [[UInt8]] {
    var starts: [Int] = []
    var at = 0
    while at + 1 < bytes.count {
      guard bytes[at] == 0xff, bytes[at + 1] != 0, !(0xd0...0xd7).contains(bytes[at + 1]) else {
        at += 1
        continue
      }
      starts.append(at)
      let hasLength = bytes[at + 1] != 0xd8 && bytes[at + 1] != 0xd9 && at + 3 < bytes.count
      at += hasLength ? 2 + max(2, Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])) : 2
    }
    return zip(starts, starts.dropFirst() + [bytes.count]).map { Array(bytes[$0..<$1]) }
  }
}
