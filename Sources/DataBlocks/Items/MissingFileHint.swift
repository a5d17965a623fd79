import Files
import Foundation

/// What would make missing files exist.
package enum MissingFileHint: Sendable, Equatable {
  /// The names lack an ending.
  case ending(String, count: Int)
  /// The files have another ending than the table says.
  case otherEnding(String, count: Int)
  /// The files are in another folder.
  case folder(String, count: Int)
  /// The names have a folder in front that is part of the data folder already.
  case withoutFirstFolder(String, count: Int)
  /// The names have backslashes.
  case backslashes(count: Int)
  /// The names differ by case.
  case otherCase(example: String, count: Int)

  var remedy: String {
    switch self {
    case .ending(let ending, let count):
      "add \"\(ending)\" to the names in the table: \(Self.files(count))"
    case .otherEnding(let ending, let count):
      "use the ending \"\(ending)\" in the table: \(Self.files(count))"
    case .folder(let folder, let count):
      "give \(folder.visible) as the data folder: \(Self.files(count))"
    case .withoutFirstFolder(let name, let count):
      "remove \"\(name.visible)/\" from the names: \(Self.files(count))"
    case .backslashes(let count): "write / instead of \\ in the names: \(Self.files(count))"
    case .otherCase(let example, let count):
      "write upper and lower case as in \(example.visible): \(Self.files(count))"
    }
  }

  private static func files(_ count: Int) -> String {
    count == 1 ? "then it exists" : "then \(count) of them exist"
  }

  /// Finds the change that makes the most of the missing files exist.
  ///
  /// - Parameters:
  ///   - names: The names in the table; the first ones are tried.
  ///   - folder: The folder that they are relative to.
  ///   - table: The path of the table.
  /// - Returns: nil if no change helps.
  static func find(_ names: [String], folder: String, table: String) -> MissingFileHint? {
    let names = names.prefix(1000)
    func exists(_ path: String) -> Bool { FileIdentity(path)?.isFile == true }
    func path(_ name: String, in folder: String) -> String { fullPath(name, folder: folder) }
    func count(_ change: (String) -> String?) -> Int {
      // A change that does not help one of the first ones is not counted further.
      guard names.prefix(20).contains(where: { change($0).map(exists) ?? false }) else { return 0 }
      return names.count { change($0).map(exists) ?? false }
    }
    var found: [(MissingFileHint, Int)] = []
    let endings = [".dcm", ".png", ".jpg", ".jpeg", ".dicom", ".DCM", ".PNG", ".JPG", ".JPEG"]
    for ending in endings {
      let added = count { path($0 + ending, in: folder) }
      found.append((.ending(ending, count: added), added))
      let replaced = count { name in
        let known = endings.first { name.lowercased().hasSuffix($0.lowercased()) }
        return known.map { path(String(name.dropLast($0.count)) + ending, in: folder) }
      }
      found.append((.otherEnding(ending, count: replaced), replaced))
    }
    var folders = [PathParts(table).parent, PathParts(folder).parent]
      .map { $0.isEmpty ? "." : $0 }
    let inside = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    folders += inside.sorted().prefix(10_000).map { path($0, in: folder) }
      .filter { FileIdentity($0)?.isFolder == true }.prefix(100)
    for other in folders {
      let moved = count { $0.hasPrefix("/") ? nil : path($0, in: other) }
      found.append((.folder(other, count: moved), moved))
    }
    if let first = names.first?.split(separator: "/").first.map(String.init) {
      let cut = count {
        $0.hasPrefix(first + "/") ? path(String($0.dropFirst(first.count + 1)), in: folder) : nil
      }
      found.append((.withoutFirstFolder(first, count: cut), cut))
    }
    let slashes = count {
      $0.contains("\\") ? path($0.replacing("\\", with: "/"), in: folder) : nil
    }
    found.append((.backslashes(count: slashes), slashes))
    if let hint = otherCase(names, folder: folder) { found.append(hint) }
    return found.filter { $0.1 > 0 }.max { $0.1 < $1.1 }?.0
  }

  private static func otherCase(
    _ names: ArraySlice<String>, folder: String
  ) -> (MissingFileHint, Int)? {
    var listings: [String: [String: String]] = [:]
    var (example, count) = ("", 0)
    for name in names {
      let full = PathParts(fullPath(name, folder: folder))
      let parent = full.parent.isEmpty ? "." : full.parent
      if listings[parent] == nil, listings.count < 20 {
        let content = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        listings[parent] = Dictionary(
          content.map { ($0.lowercased(), $0) }, uniquingKeysWith: { a, _ in a })
      }
      // A link without a target has the same name.
      guard let real = listings[parent]?[full.name.lowercased()], real != full.name else {
        continue
      }
      if count == 0 { example = real }
      count += 1
    }
    return count == 0 ? nil : (.otherCase(example: example, count: count), count)
  }
}

/// The path of a file that a table names.
func fullPath(_ name: String, folder: String) -> String {
  name.hasPrefix("/") || folder.isEmpty ? name : folder + (folder.hasSuffix("/") ? "" : "/") + name
}
