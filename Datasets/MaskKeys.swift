import Files
import Foundation
import Imaging

/// Finds the key that a table of masks has for an image file.
///
/// A key is the path of the file or its end ("train/1.dcm"), the name with or without ending, or the SOP Instance UID,
/// which is looked up in the DICOM header if the names do not help.
struct MaskKeys: Sendable {
  /// How keys are written in the table, by their plain path.
  private var exact: [String: String] = [:]
  /// The only key of a path without ending, in lower case; nil if several have it.
  private var folded: [String: String?] = [:]
  private var hasUIDs = false

  init(_ keys: some Sequence<String>) {
    for key in keys {
      let parts = Self.parts(of: key)
      exact[parts.joined(separator: "/")] = key
      let name = Self.folded(parts[...])
      folded[name] = folded[name] == nil ? .some(key) : .some(nil)
      hasUIDs = hasUIDs || Self.isUID(key)
    }
  }

  /// The key of a file; nil if the table does not name it.
  func key(ofFile path: String) -> String? {
    if let found = exact[path] { return found }
    let parts = Self.parts(
      of: path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
    guard let name = parts.last else { return nil }
    let stem = FileName.imageName(of: name)
    // The longest end of the path first: "test/1.dcm" is not "train/1.dcm".
    for start in parts.indices {
      let folder = parts[start..<(parts.count - 1)]
      for last in stem == name ? [name] : [name, stem] {
        if let found = exact[(folder + [last]).joined(separator: "/")] { return found }
      }
    }
    // Masks of "1.png" are those of "1.DCM", if no other key has the name.
    for start in parts.indices {
      if let found = folded[Self.folded(parts[start...])], let found { return found }
    }
    guard hasUIDs, let file = try? DICOMFile.readHeader(of: path),
      let instance = file.sopInstanceUID
    else { return nil }
    let uid = instance.filter { !$0.isWhitespace && $0 != "\0" }
    return exact[uid]
  }

  private static func parts(of path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }

  private static func folded(_ parts: ArraySlice<String>) -> String {
    (parts.dropLast() + parts.suffix(1).map { FileName.imageName(of: $0) })
      .joined(separator: "/").lowercased()
  }

  /// Digits in groups: "1.2.840.10008", "2.25.123".
  private static func isUID(_ text: String) -> Bool {
    text.utf8.count(where: { $0 == 0x2E }) > 1
      && text.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
  }
}
