import Foundation
import Imaging

/// Images from files, whatever their kind.
enum ImageReader {
  static func read(_ path: String) throws -> PixelBuffer {
    let head = head(of: path)
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) || head.starts(with: [0xFF, 0xD8]) {
      return try PixelBuffer(contentsOfImage: path)
    }
    return try DICOMFile(contentsOf: path).display()
  }

  private static func head(of path: String) -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? handle.close() }
    return [UInt8]((try? handle.read(upToCount: 8)) ?? Data())
  }
}
