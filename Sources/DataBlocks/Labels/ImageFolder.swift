import Files
import Imaging
import Tensors

/// The images below a folder, for labels that are not in a table.
struct ImageFolder {
  /// The paths of the images, sorted; of a file and links to it, each that the walk met.
  private(set) var images: [String] = []
  /// Links with the name of an image and no target, sorted.
  private(set) var dangling: [String] = []
  /// The other files, by their endings in lower case.
  private(set) var others: [String: Int] = [:]
  /// Folders that cannot be read.
  let unreadable: [FileError]
  /// Links to folders that were visited already.
  let repeatedFolders: [String]
  private let prefix: Int

  /// Walks through a folder.
  ///
  /// An image has the ending of one, or none and the first bytes of one. Folders of training runs are left out.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - isDICOM: Whether only DICOM files count.
  /// - Throws: `DataError` if the folder cannot be read or has no image.
  init(_ folder: String, isDICOM: Bool = false) throws(DataError) {
    let walk: FolderWalk
    do {
      walk = try FolderWalk(folder)
    } catch {
      throw DataError(.labels(.unreadableFolders([error])), path: folder)
    }
    unreadable = walk.unreadableFolders
    repeatedFolders = walk.repeatedFolders
    let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    prefix = root == "/" ? 1 : root.count + 1
    // A run's figures are no images of the data.
    let runs = walk.files.filter { $0.hasSuffix("/run.json") }.map { String($0.dropLast(8)) }
    func isOfRun(_ path: String) -> Bool { runs.contains { path.hasPrefix($0) } }
    let files =
      walk.repeatedLinks.isEmpty ? walk.files : (walk.files + walk.repeatedLinks).sorted()
    let isImage = concurrentMap(files, threads: Compute.cores) { Self.isImage($0, isDICOM) }
    for (path, isImage) in zip(files, isImage) {
      if isImage, !isOfRun(path) {
        images.append(path)
      } else {
        others[Self.ending(of: path), default: 0] += 1
      }
    }
    dangling = walk.danglingLinks.filter {
      isDICOM ? Self.hasDICOMEnding($0) : FileName.hasImageEnding($0)
    }
    guard !images.isEmpty || !dangling.isEmpty else {
      if !unreadable.isEmpty {
        throw DataError(.labels(.unreadableFolders(unreadable)), path: folder)
      }
      throw DataError(.labels(.noImages(others: others, isDICOM: isDICOM)), path: folder)
    }
  }

  /// The folders and the name of a path below the folder.
  func parts(of path: String) -> [Substring] {
    path.dropFirst(prefix).split(separator: "/")
  }

  /// The path below the folder.
  func relative(_ path: String) -> String { String(path.dropFirst(prefix)) }

  /// "; 3 other files: .txt (2), .csv (1)"; empty without any.
  var othersNote: String { others.isEmpty ? "" : "; \(LabelFault.endings(others))" }

  private static func hasDICOMEnding(_ path: String) -> Bool {
    let name = path.lowercased()
    return name.hasSuffix(".dcm") || name.hasSuffix(".dicom")
  }

  private static func isImage(_ path: String, _ isDICOM: Bool) -> Bool {
    if hasDICOMEnding(path) { return true }
    if FileName.hasImageEnding(path) { return !isDICOM }
    // A UID has dots, so what is behind the last one says nothing.
    let head = ItemFacts.bytes(of: path, from: 0, count: 132)
    if head.dropFirst(128).elementsEqual("DICM".utf8) { return true }
    return !isDICOM && FileFormat(head: head)?.isPNGOrJPEG == true
  }

  private static func ending(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex, name[dot...].count <= 8 else {
      return ""
    }
    return name[dot...].lowercased()
  }
}
