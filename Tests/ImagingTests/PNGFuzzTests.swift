import Imaging
import TestSupport
import Testing

/// Modified PNG files, also at the level of their chunks, whose checksums are right again.
@Suite struct PNGFuzzTests {
  private static let fuzzing = Fuzzing("PNG", cases: 400, seed: 0x9A6, share: 0.08)

  private struct Chunk {
    var kind: [UInt8]
    var data: [UInt8]

    var bytes: [UInt8] {
      let body = kind + data
      return Self.long(data.count) + body + Self.long(Int(crc32(body)))
    }

    static func long(_ value: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
  }

  @Test("a modified PNG file is read or refused, in bounded time and memory")
  func modified() throws {
    let names = [
      "gray", "gray16", "grayalpha", "onebit", "palette", "rgba", "transparent",
    ]
    let seeds = try names.map { try Fixture.bytes("pictures/\($0).png") }
    let read = Self.fuzzing.run { mutator in
      let bytes = Self.mutated(seeds[mutator.below(seeds.count)], seeds, &mutator)
      _ = try? PNG.decodeGray(bytes)
      guard let image = try? PNG.decode(bytes) else { return .refused }
      #expect(image.samples.count == image.width * image.height * image.channels)
      return .read
    }
    #expect(read > 0)
  }

  private static func mutated(
    _ original: [UInt8], _ others: [[UInt8]], _ mutator: inout Mutator
  ) -> [UInt8] {
    var chunks = chunks(of: original)
    for _ in 0...mutator.below(3) where !chunks.isEmpty {
      let at = mutator.below(chunks.count)
      switch mutator.below(9) {
      case 0: chunks.remove(at: at)
      case 1: chunks.swapAt(at, mutator.below(chunks.count))
      case 2:
        let times = [2, 50, 3000][mutator.below(3)]
        if times * chunks[at].data.count < 300_000 {
          chunks.insert(contentsOf: [Chunk](repeating: chunks[at], count: times), at: at)
        }
      case 3: header(&chunks[0], &mutator)
      case 4:
        let kinds = [
          "iCCP", "zTXt", "iTXt", "tEXt", "eXIf", "sPLT", "tRNS", "PLTE", "gAMA", "xxXx",
        ]
        chunks.insert(
          Chunk(
            kind: Array(kinds[mutator.below(kinds.count)].utf8),
            data: Array("a\0\0".utf8) + chunks[at].data), at: min(1, chunks.count))
      case 5:
        // The image data in pieces.
        let whole = chunks[at]
        chunks.replaceSubrange(
          at...at, with: whole.data.prefix(5000).map { Chunk(kind: whole.kind, data: [$0]) })
      default: chunks[at].data = mutator.mutated(chunks[at].data, others)
      }
    }
    let bytes = original.prefix(8) + chunks.flatMap(\.bytes)
    return mutator.below(4) == 0 ? mutator.mutated(Array(bytes), others) : Array(bytes)
  }

  /// Other sides, depth, color type or interlacing.
  private static func header(_ chunk: inout Chunk, _ mutator: inout Mutator) {
    guard chunk.data.count == 13 else { return }
    let sides = [0, 1, 100, 5000, 11_585, 100_000, 1 << 24, 0x7fff_ffff, 0xffff_ffff]
    switch mutator.below(3) {
    case 0:
      chunk.data.replaceSubrange(0..<4, with: Chunk.long(sides[mutator.below(9)]))
      chunk.data.replaceSubrange(4..<8, with: Chunk.long(sides[mutator.below(9)]))
    case 1:
      chunk.data[8] = [1, 2, 4, 8, 16, 3][mutator.below(6)]
      chunk.data[9] = UInt8(mutator.below(7))
    default: chunk.data[12] ^= 1
    }
  }

  private static func chunks(of bytes: [UInt8]) -> [Chunk] {
    var chunks: [Chunk] = []
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard at + 12 + length <= bytes.count else { break }
      chunks.append(
        Chunk(kind: Array(bytes[at + 4..<at + 8]), data: Array(bytes[at + 8..<at + 8 + length])))
      at += 12 + length
    }
    return chunks
  }
}
