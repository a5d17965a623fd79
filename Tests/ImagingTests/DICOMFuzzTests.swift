import Foundation
import Imaging
import TestSupport
import Testing

/// Modified DICOM files, also at the level of attributes and fragments.
@Suite struct DICOMFuzzTests {
  private static let fuzzing = Fuzzing("DICOM", cases: 1000, seed: 0xD1C0, share: 0.2)

  @Test("a modified DICOM file is read or refused, in bounded time and memory")
  func modified() throws {
    let folder = Fixture.url("dicom/files")
    let seeds = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))) }
      .filter { (300...40_000).contains($0.count) }
    #expect(seeds.count >= 30)
    let read = Self.fuzzing.run { mutator in
      Self.outcome(of: Self.mutated(seeds[mutator.below(seeds.count)], seeds, &mutator))
    }
    #expect(read > 0)
  }

  private static func outcome(of bytes: [UInt8]) -> Fuzzing.Outcome {
    do {
      let file = try DICOMFile(bytes: bytes, name: "modified")
      _ = file.tags.map { file.strings($0) }
      _ = ImageFacts(file)
      _ = file.irregularities
      let image = try file.display()
      #expect(image.samples.count == image.width * image.height * image.channels)
      _ = try? file.display(intensity: .minMax)
      _ = try? file.display(intensity: .percentile(lower: 1, upper: 99))
      _ = try? file.modality(frame: 0)
      return .read
    } catch {
      return .refused
    }
  }

  private static func mutated(
    _ original: [UInt8], _ others: [[UInt8]], _ mutator: inout Mutator
  ) -> [UInt8] {
    var bytes = original
    for _ in 0...mutator.below(4) {
      switch mutator.below(9) {
      case 0, 1, 2: setAttribute(&bytes, &mutator)
      case 3: repeatItem(&bytes, &mutator)
      case 4: insertAttributes(&bytes, &mutator)
      case 5: setSyntax(&bytes, &mutator)
      case 6:
        let tails: [[UInt8]] = [[0, 0, 0], Array("\r\n".utf8), original, [255, 255]]
        bytes += tails[mutator.below(4)]
      case 7 where !bytes.isEmpty: bytes.removeLast(mutator.below(bytes.count))
      default: bytes = mutator.mutated(bytes, others)
      }
    }
    return bytes
  }

  /// The places of four bytes, at most 200.
  private static func places(of pattern: [UInt8], in bytes: [UInt8]) -> [Int] {
    var found: [Int] = []
    guard bytes.count > 12 else { return [] }
    for at in 0..<bytes.count - 12 where bytes[at] == pattern[0] && found.count < 200 {
      if bytes[at + 1] == pattern[1], bytes[at + 2] == pattern[2], bytes[at + 3] == pattern[3] {
        found.append(at)
      }
    }
    return found
  }

  /// Changes the length, the representation or the value of an attribute of the image.
  private static func setAttribute(_ bytes: inout [UInt8], _ mutator: inout Mutator) {
    let elements: [UInt8] = [0x02, 0x04, 0x06, 0x08, 0x10, 0x11]
    let pattern: [UInt8]
    switch mutator.below(4) {
    case 0: pattern = [0x28, 0, elements[mutator.below(6)], 0]
    case 1: pattern = [0x28, 0, UInt8(mutator.below(4)), 1]
    case 2: pattern = [0x28, 0, 0x50 + UInt8(mutator.below(4)), 0x10]
    default: pattern = [0xe0, 0x7f, 0x10, 0]
    }
    guard let at = places(of: pattern, in: bytes).last else { return }
    let extremes: [[UInt8]] = [
      [255, 255], [0, 0], [1, 0], [0, 0x80], [255, 0x7f], [8, 0], [16, 0], [32, 0], [0, 16],
    ]
    switch mutator.below(4) {
    case 0:
      let kinds = ["US", "UL", "SS", "SQ", "UN", "OB", "OW", "DS", "IS", "FD", "LO", "UT"]
      bytes.replaceSubrange(at + 4..<at + 6, with: Array(kinds[mutator.below(kinds.count)].utf8))
    case 1:
      bytes.replaceSubrange(at + 6..<at + 8, with: extremes[mutator.below(extremes.count)])
    default:
      bytes.replaceSubrange(at + 8..<at + 10, with: extremes[mutator.below(extremes.count)])
    }
  }

  /// Repeats an item or a fragment.
  private static func repeatItem(_ bytes: inout [UInt8], _ mutator: inout Mutator) {
    let items = places(of: [0xfe, 0xff, 0, 0xe0], in: bytes)
    guard !items.isEmpty else { return }
    let at = items[mutator.below(items.count)]
    let length = bytes[at + 4..<at + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let end = length > 100_000 ? at + 8 : min(bytes.count, at + 8 + length)
    let times = [1, 30, 1000, 30_000][mutator.below(4)]
    guard (end - at) * times <= 1_000_000 else { return }
    let item = bytes[at..<end]
    bytes.insert(contentsOf: (0..<times).flatMap { _ in item }, at: at)
  }

  /// Inserts long, deep, unordered or many attributes in front of the pixels.
  private static func insertAttributes(_ bytes: inout [UInt8], _ mutator: inout Mutator) {
    guard let at = places(of: [0xe0, 0x7f, 0x10, 0], in: bytes).last else { return }
    let isExplicit = bytes[at + 4] == UInt8(ascii: "O")
    var part = DICOMBuilder(syntax: nil, isExplicit: isExplicit)
    let count = [1, 100, 20_000][mutator.below(3)]
    switch mutator.below(6) {
    case 0:
      let text = [String](repeating: "1", count: min(count, 10_000)).joined(separator: "\\")
      for tag in [UInt16(0x1050), 0x1051, 0x1052, 0x1053] { part.add(0x0028, tag, "DS", text) }
    case 1: for i in 0..<count { part.add(0x0011, 0xffff - UInt16(i), "LO", "A") }
    case 2: for i in 0..<count { part.add(0x0031, UInt16(i % 0xff00 + 16), "LO", "A") }
    case 3:
      for _ in 0..<count {
        part.append([0x40, 0, 0x30, 0xa7] + (isExplicit ? Array("SQ".utf8) + [0, 0] : []))
        part.append([255, 255, 255, 255, 0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255])
      }
    case 4: part.add(0x0028, 0x3010, "SQ", (0..<count).flatMap { _ in part.item([]) })
    default:
      part.add(0x0008, 0x0005, "CS", "ISO 2022 IR 13\\ISO 2022 IR 87\\ISO_IR 100")
      let text = (0..<min(count, 10_000)).flatMap { _ in Array("\u{1b}$B0l\u{1b}(B".utf8) }
      part.add(0x0010, 0x0010, "PN", text + [UInt8](repeating: 32, count: text.count % 2))
    }
    bytes.insert(contentsOf: part.bytes, at: at)
  }

  /// Another transfer syntax of the same length.
  private static func setSyntax(_ bytes: inout [UInt8], _ mutator: inout Mutator) {
    guard let at = places(of: [2, 0, 0x10, 0], in: bytes).first else { return }
    let syntaxes = ["4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91", "1.99"]
    let new = Array("1.2.840.10008.1.2.\(syntaxes[mutator.below(syntaxes.count)])".utf8)
    let length = Int(bytes[at + 6])
    guard at + 8 + length <= bytes.count else { return }
    let padded = new.prefix(length) + [UInt8](repeating: 0, count: max(0, length - new.count))
    bytes.replaceSubrange(at + 8..<at + 8 + length, with: padded)
  }
}
