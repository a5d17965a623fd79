import Foundation
import Imaging
import TestSupport

/// A folder with files for a scan, removed at the end of the test.
final class ScanFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "lightbox-scan-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// A smooth image, different for each seed.
  static func image(_ seed: Int, side: Int = 48) -> PixelBuffer {
    PixelBuffer(
      width: side, height: side, channels: 1,
      samples: (0..<side * side).map { i in
        UInt8(20 + (i % side * (3 + seed % 5) + i / side * 2 + seed * 7) % 180)
      })
  }

  /// Writes an 8-bit film.
  func film(
    _ name: String, seed: Int = 0, image: PixelBuffer? = nil, isInverted: Bool = false,
    _ attributes: [String: String] = [:]
  ) throws {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try DICOMImageWriter(kind: .computedRadiography, isInverted: isInverted).write(
      image ?? Self.image(seed), to: file, attributes: attributes)
  }
}
