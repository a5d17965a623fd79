import Foundation

/// The DICOM files below a folder, by their names: every regular file that ends in `.dcm` or `.dicom`
/// (in any case), in all subfolders, sorted by path.
///
/// fastai's `get_dicom_files`, but in the same order on every machine. Hidden files and folders are
/// left out. For files with other names use `DICOMScan`, which looks inside.
///
/// - Throws: `DICOMError` if the folder cannot be read.
public func getDICOMFiles(in folder: String) throws(DICOMError) -> [String] {
  try regularFiles(below: folder).filter {
    let name = $0.lowercased()
    return name.hasSuffix(".dcm") || name.hasSuffix(".dicom")
  }
}

/// All regular files below a folder that are not hidden, sorted by path.
func regularFiles(below folder: String) throws(DICOMError) -> [String] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
    throw DICOMError(kind: .unreadable, file: folder, detail: "there is no such folder")
  }
  guard isFolder.boolValue,
    let walk = FileManager.default.enumerator(
      at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [.isRegularFileKey],
      options: [.skipsHiddenFiles])
  else {
    throw DICOMError(kind: .unreadable, file: folder, detail: "it cannot be listed")
  }
  var paths: [String] = []
  for case let url as URL in walk
  where (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true {
    paths.append(url.path)
  }
  return paths.sorted()
}
