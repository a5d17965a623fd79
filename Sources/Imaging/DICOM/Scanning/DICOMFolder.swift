import Files

/// Finds the files named `.dcm` or `.dicom` in a folder and its subfolders: fastai's
/// `get_dicom_files`.
///
/// Extensions are matched ignoring case, links are followed, hidden files and folders are left out, and the
/// paths are sorted. `getImageFiles(in:)` also finds DICOM files with other names.
///
/// - Throws: `DICOMError` if the folder cannot be read.
public func getDICOMFiles(in folder: String) throws(DICOMError) -> [String] {
  try DICOMError.walk(folder).files.filter {
    let name = $0.lowercased()
    return name.hasSuffix(".dcm") || name.hasSuffix(".dicom")
  }
}

extension DICOMError {
  /// The files below a folder.
  static func walk(_ folder: String) throws(DICOMError) -> FolderWalk {
    do {
      return try FolderWalk(folder)
    } catch {
      throw DICOMError(
        .unreadable, file: folder,
        detail: error.reason == .unreadable(errno: 2) ? "no such folder" : error.words)
    }
  }
}

extension FileError {
  /// The operating system's description.
  var words: String {
    switch reason {
    case .unreadable(let code), .unwritable(let code), .folderNotCreated(let code):
      systemWords(code)
    case .notAFile, .tooLarge: problem
    }
  }
}

/// Image files among files and folders that a user names.
package enum ImageFiles {
  /// Replaces folders by the DICOM, PNG and JPEG files below them, sorted; files stay as they are.
  ///
  /// A file is told by its ending or its first bytes; media directories (DICOMDIR) are left out.
  ///
  /// - Returns: The files, and what in the folders cannot be read, such as links without a target, as messages.
  /// - Throws: `DICOMError` if a folder cannot be read or has no such file.
  package static func expand(
    _ paths: [String]
  ) throws(DICOMError) -> (files: [String], notes: [String]) {
    var files: [String] = []
    var notes: [String] = []
    for path in paths {
      guard FileName.isFolder(path) else {
        files.append(path)
        continue
      }
      let walk = try DICOMError.walk(path)
      let found = walk.files.filter(isImage)
      notes += walk.danglingLinks.map {
        "\(FileName.shown($0)): the target of the link does not exist"
      }
      notes += walk.specialFiles.map {
        "\(FileName.shown($0)): \(FileName.irregularity(of: $0) ?? "not a file")"
      }
      notes += walk.unreadableFolders.map(\.description)
      guard !found.isEmpty else {
        throw DICOMError(
          .unreadable, file: path, detail: "the folder has no DICOM, PNG or JPEG file")
      }
      files += found
    }
    return (files, notes)
  }

  private static func isImage(_ path: String) -> Bool {
    // A file with the ending of an image that is none is reported, not left out.
    if FileName.hasImageEnding(path) { return true }
    if path.lowercased().hasSuffix("/dicomdir") { return false }
    let head = FileHead.read(path, count: 132)
    return PNG.isPNG(head) || JPEG.isJPEG(head) || head.suffix(4) == [0x44, 0x49, 0x43, 0x4D]
  }
}
