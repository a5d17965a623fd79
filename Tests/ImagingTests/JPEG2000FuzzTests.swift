import Imaging
import TestSupport
import Testing

/// Modified JPEG 2000 streams in a DICOM file that states the same or other sizes.
@Suite struct JPEG2000FuzzTests {
  private static let fuzzing = Fuzzing("JPEG 2000", cases: 200, seed: 0x32, share: 0.1)

  /// The code stream of a file with one fragment: 64 x 64 pixels of 16 bits.
  static func stream(
    _ name: String = "MR_small_jp2klossless.dcm"
  ) throws -> [UInt8] {
    let bytes = try Fixture.bytes("dicom/files/\(name)")
    let start = bytes.indices.first { bytes[$0...].starts(with: [0xff, 0x4f, 0xff, 0x51]) } ?? 0
    let end = bytes.indices.last { bytes[$0...].starts(with: [0xff, 0xd9]) } ?? bytes.count - 2
    return Array(bytes[start..<end + 2])
  }

  @Test("a modified JPEG 2000 stream is decoded or refused, in bounded time and memory")
  func modified() throws {
    let seeds = [
      try Self.stream(), try Self.stream("J2K_pixelrep_mismatch.dcm"),
      try Self.stream("JPEG2000.dcm"), try Self.stream("GDCMJ2K_TextGBR.dcm"),
    ]
    let read = Self.fuzzing.run { mutator in
      var stream = seeds[mutator.below(seeds.count)]
      Self.mutate(&stream, seeds, &mutator)
      guard let image = try? DICOMFile(bytes: Self.file(stream), name: "stream").display() else {
        return .refused
      }
      #expect(image.samples.count == image.width * image.height * image.channels)
      return .read
    }
    #expect(read > 0)
  }

  /// A file whose header states what the stream states.
  private static func file(_ stream: [UInt8]) -> [UInt8] {
    func number(_ at: Int, _ count: Int) -> Int {
      at + count <= stream.count ? stream[at..<at + count].reduce(0) { $0 << 8 | Int($1) } : 0
    }
    var file = DICOMBuilder(syntax: DICOMBuilder.jpeg2000)
    let samples = number(40, 2) == 3 ? 3 : 1
    let bits = stream.count > 42 && stream[42] & 0x7f > 7 ? 16 : 8
    file.addImage(
      rows: UInt16(truncatingIfNeeded: number(12, 4) - number(20, 4)),
      columns: UInt16(truncatingIfNeeded: number(8, 4) - number(16, 4)),
      bits: UInt16(bits), samples: UInt16(samples),
      photometric: samples == 3 ? "YBR_RCT" : "MONOCHROME2")
    file.addFragments([stream])
    return file.bytes
  }

  private static func mutate(
    _ stream: inout [UInt8], _ others: [[UInt8]], _ mutator: inout Mutator
  ) {
    for _ in 0...mutator.below(3) {
      guard stream.count > 100 else { return }
      switch mutator.below(8) {
      case 0, 1:
        // A field of the image's or the tiles' size.
        let values = [0, 1, 2, 64, 1024, 5000, 11_585, 65_535, 1 << 24, 0xffff_ffff]
        let value = values[mutator.below(values.count)]
        let at = 8 + 4 * mutator.below(8)
        stream.replaceSubrange(
          at..<at + 4, with: (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
        if mutator.below(2) == 0, at < 16 {
          // The tiles as well.
          stream.replaceSubrange(at + 16..<at + 20, with: stream[at..<at + 4])
        }
      case 2: stream[42 + mutator.below(9)] = [0, 1, 2, 7, 15, 31, 37, 255][mutator.below(8)]
      case 3, 4:
        // A field of the coding style.
        guard let at = place(of: 0x52, in: stream) else { continue }
        let field = 4 + mutator.below(10)
        if at + field < stream.count {
          stream[at + field] = [0, 1, 2, 4, 5, 8, 32, 255][mutator.below(8)]
        }
      case 5:
        // A part of the stream again.
        let markers: [UInt8] = [0x52, 0x53, 0x5c, 0x5d, 0x64, 0x90]
        guard let at = place(of: markers[mutator.below(6)], in: stream) else { continue }
        let part = stream[at..<min(stream.count, at + 2 + mutator.below(200))]
        for _ in 0..<[1, 10, 500][mutator.below(3)] { stream.insert(contentsOf: part, at: at) }
      default: stream = mutator.mutated(stream, others)
      }
    }
  }

  private static func place(of marker: UInt8, in stream: [UInt8]) -> Int? {
    stream.indices.first { $0 + 1 < stream.count && stream[$0] == 0xff && stream[$0 + 1] == marker }
  }
}
