/// The folder and the name of a path.
///
/// `NSString.deletingLastPathComponent` of Foundation for Linux traps on names of one character.
package struct PathParts: Equatable {
  /// What is before the name, with its last slash; empty for a name alone.
  package let folder: String
  /// The name, without slashes behind it.
  package let name: String

  /// The folder without its last slashes; "/" stays.
  package var parent: String {
    let end = folder.utf8.lastIndex { $0 != UInt8(ascii: "/") }
    return end.map { String(folder[...$0]) } ?? String(folder.prefix(1))
  }

  package init(_ path: String) {
    let bytes = Array(path.utf8)
    let slash = UInt8(ascii: "/")
    let end = bytes.lastIndex { $0 != slash }.map { $0 + 1 } ?? 0
    let start = bytes[..<end].lastIndex(of: slash).map { $0 + 1 } ?? 0
    folder = String(decoding: end == 0 ? bytes[...] : bytes[..<start], as: UTF8.self)
    name = String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
