import Files
import Foundation
import Imaging
import Tensors

/// The file of a sample after its cacheable transforms: a mark, a JSON header, the pixels, a checksum.
enum StoredImage {
  private static let mark = [UInt8]("LBIMAGE1".utf8)
  private static let checksumCount = 64
  private static let limit = 1 << 30

  private struct Header: Codable {
    /// What the sample was made of, as a checksum.
    let key: String
    let channels: Int
    let height: Int
    let width: Int
    /// Whether the values are float32 planes, not interleaved bytes.
    let isFloat: Bool
    let geometry: [Double]
    let facts: ImageFacts
  }

  /// The bytes of a sample; nil if it has what a file does not hold.
  static func bytes(of sample: Sample, key: String) -> Data? {
    guard sample.masks.isEmpty, sample.boxes.isEmpty else { return nil }
    let header = Header(
      key: key, channels: sample.channels, height: sample.size.height, width: sample.size.width,
      isFloat: !sample.is8Bit, geometry: sample.geometry.numbers, facts: sample.facts)
    guard let text = try? JSONEncoder().encode(header) else { return nil }
    var bytes = Data(mark)
    withUnsafeBytes(of: UInt32(text.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(text)
    if sample.is8Bit {
      bytes.append(contentsOf: sample.image.samples)
    } else {
      sample.values.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    bytes.append(contentsOf: FileHash.sha256(bytes).utf8)
    return bytes
  }

  /// Reads a file into a sample.
  ///
  /// - Returns: Whether the file exists, is complete and has the key; else the sample is not changed.
  static func read(_ path: String, key: String, into sample: inout Sample) -> Bool {
    guard let bytes = try? readFile(path, limit: limit),
      bytes.count > mark.count + 4 + checksumCount, bytes.starts(with: mark)
    else { return false }
    let content = bytes.dropLast(checksumCount)
    guard FileHash.sha256(content).utf8.elementsEqual(bytes.suffix(checksumCount)) else {
      return false
    }
    let length = (0..<4).reduce(0) { $0 | Int(bytes[mark.count + $1]) << (8 * $1) }
    let start = mark.count + 4 + length
    guard start <= content.count,
      let header = try? JSONDecoder().decode(Header.self, from: content[(mark.count + 4)..<start]),
      header.key == key, let geometry = ImageGeometry(numbers: header.geometry),
      [header.channels, header.height, header.width].allSatisfy({ (1...limit).contains($0) })
    else { return false }
    let pixels = content[start...]
    let size = header.isFloat ? MemoryLayout<Float>.size : 1
    // Below 2^30 each, two of the numbers cannot overflow.
    let rows = header.channels * header.height
    guard rows <= limit, pixels.count == rows * header.width * size else { return false }
    let count = rows * header.width
    if header.isFloat {
      let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        _ = pixels.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        initialized = count
      }
      sample.values = ImagePlanes(
        channels: header.channels, height: header.height, width: header.width, values: values)
    } else {
      guard header.channels == 1 || header.channels == 3 else { return false }
      sample.image = PixelBuffer(
        width: header.width, height: header.height, channels: header.channels,
        samples: [UInt8](pixels))
    }
    sample.geometry = geometry
    sample.facts = header.facts
    return true
  }
}
