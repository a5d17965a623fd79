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
    let channels: Int
    let height: Int
    let width: Int
    /// Whether the values are float32 planes, not interleaved bytes.
    let isFloat: Bool
    let geometry: [Double]
    let facts: ImageFacts
  }

  /// The bytes of a sample; nil if it has what a file does not hold.
  static func bytes(of sample: Sample) -> Data? {
    guard sample.masks.isEmpty, sample.boxes.isEmpty else { return nil }
    let header = Header(
      channels: sample.channels, height: sample.size.height, width: sample.size.width,
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
  /// - Returns: Whether the file exists and is complete; else the sample is not changed.
  static func read(_ path: String, into sample: inout Sample) -> Bool {
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
      header.channels > 0, header.height > 0, header.width > 0, header.geometry.count == 9
    else { return false }
    let pixels = content[start...]
    let count = header.channels * header.height * header.width
    if header.isFloat {
      guard pixels.count == count * MemoryLayout<Float>.size else { return false }
      let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        _ = pixels.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        initialized = count
      }
      sample.values = ImagePlanes(
        channels: header.channels, height: header.height, width: header.width, values: values)
    } else {
      guard pixels.count == count, header.channels == 1 || header.channels == 3 else {
        return false
      }
      sample.image = PixelBuffer(
        width: header.width, height: header.height, channels: header.channels,
        samples: [UInt8](pixels))
    }
    sample.geometry = ImageGeometry(matrix: header.geometry)
    sample.facts = header.facts
    return true
  }
}
