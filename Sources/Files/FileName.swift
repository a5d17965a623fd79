import Glibc

/// Names of files as text, also where they are not UTF-8.
///
/// Linux names files by bytes, `String` holds Unicode. A byte that is not part of valid UTF-8 is kept as a
/// character of the private use area, U+F700 + byte, so that the name can be passed around and opened again.
/// Valid text that uses these characters itself is kept the same way, byte by byte, so the map is exact.
package enum FileName {
  private static let escapes: ClosedRange<UInt32> = 0xF780...0xF7FF

  /// The text of a name's bytes.
  package static func text(_ bytes: some Collection<UInt8>) -> String {
    // The common case is plain UTF-8.
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { escapes.contains($0.value) })
    {
      return text
    }
    let bytes = Array(bytes)
    var text = String.UnicodeScalarView()
    var position = 0
    while position < bytes.count {
      let length = min(length(after: bytes[position]), bytes.count - position)
      let part = bytes[position..<position + length]
      if let valid = String(validating: part, as: UTF8.self),
        let scalar = valid.unicodeScalars.first,
        !escapes.contains(scalar.value)
      {
        text.append(scalar)
        position += length
      } else {
        text.append(Unicode.Scalar(UInt16(0xF700) + UInt16(bytes[position])) ?? "?")
        position += 1
      }
    }
    return String(text)
  }

  /// The bytes of a name for the operating system, with a final zero.
  package static func bytes(of name: String) -> [CChar] {
    var bytes: [CChar] = []
    bytes.reserveCapacity(name.utf8.count + 1)
    for scalar in name.unicodeScalars {
      if escapes.contains(scalar.value) {
        bytes.append(CChar(bitPattern: UInt8(scalar.value - 0xF700)))
      } else {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          bytes.append(CChar(bitPattern: byte))
        }
      }
    }
    bytes.append(0)
    return bytes
  }

  /// The name for display, with bytes that are not UTF-8 as `\\xE9`.
  package static func shown(_ name: String) -> String {
    guard name.unicodeScalars.contains(where: { escapes.contains($0.value) }) else { return name }
    var text = ""
    for scalar in name.unicodeScalars {
      if escapes.contains(scalar.value) {
        text += "\\x" + String(scalar.value - 0xF700, radix: 16, uppercase: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Whether a path exists; links are followed.
  package static func exists(_ path: String) -> Bool {
    access(bytes(of: path), F_OK) == 0
  }

  /// Whether a path is a folder; links are followed.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(bytes(of: path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// What a path is that is not a regular file, such as "it is a pipe"; nil for files and missing ones.
  ///
  /// Opening a pipe waits until another process writes to it.
  package static func irregularity(of path: String) -> String? {
    var status = stat()
    guard stat(bytes(of: path), &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return nil
    case S_IFDIR: return "it is a folder"
    case S_IFIFO: return "it is a pipe"
    case S_IFSOCK: return "it is a socket"
    default: return "it is a device"
    }
  }

  /// The endings of image files; anything else behind a dot, as in a UID, is part of the name.
  private static let imageEndings = [".dcm", ".dicom", ".png", ".jpg", ".jpeg"]

  /// Whether a path has the ending of an image file, in upper or lower case.
  package static func hasImageEnding(_ path: String) -> Bool {
    let name = path.lowercased()
    return imageEndings.contains(where: name.hasSuffix)
  }

  /// Whether a path has the name of an image file: its ending, or digits and dots only, as a UID.
  package static func isNameOfImage(_ path: String) -> Bool {
    if hasImageEnding(path) { return true }
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return !name.isEmpty && name.allSatisfy { digits.contains($0) || $0 == UInt8(ascii: ".") }
  }

  /// The last part of a path without the ending of an image file.
  package static func imageName(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let lower = name.lowercased()
    for ending in imageEndings where lower.count > ending.count && lower.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }

  /// The number of bytes of a UTF-8 sequence by its first byte.
  private static func length(after first: UInt8) -> Int {
    switch first {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }
}
