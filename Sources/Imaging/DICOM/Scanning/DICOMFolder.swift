import Files

/// Finds the files named `.dcm` or `.dicom` in a folder and its subfolders: fastai's
/// `get_dicom_files`.
///
/// Extensions are matched ignoring case, links are followed, hidden files and folders are left out, and the
/// paths are sorted. `DICOMScan` also finds DICOM files with other names.
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
    }
  }
}

/// Image files among files and folders that a user names.
package enum ImageFiles {
  /// Replaces folders by the DICOM, PNG and JPEG files below them, sorted; files stay as they are.
  ///
  /// A DICOM file is told by its ending or its preamble.
  ///
  /// - Throws: `DICOMError` if a folder cannot be read or has no such file.
  package static func expand(_ paths: [String]) throws(DICOMError) -> [String] {
    var files: [String] = []
    for path in paths {
      guard FileName.isFolder(path) else {
        files.append(path)
        continue
      }
      let found = try DICOMError.walk(path).files.filter(isImage)
      guard !found.isEmpty else {
        throw DICOMError(
          .unreadable, file: path, detail: "the folder has no DICOM, PNG or JPEG file")
      }
      files += found
    }
    return files
  }

  private static func isImage(_ path: String) -> Bool {
    let name = path.lowercased()
    if name.hasSuffix(".dcm") || name.hasSuffix(".dicom") { return true }
    let head = FileHead.read(path, count: 132)
    return PNG.isPNG(head) || JPEG.isJPEG(head) || head.suffix(4) == [0x44, 0x49, 0x43, 0x4D]
  }
}
