import Foundation

/// Finds the files named `.dcm` or `.dicom` in a folder and its subfolders: fastai's
/// `get_dicom_files`.
///
/// Extensions are matched ignoring case, hidden files and folders are left out, and the paths are
/// sorted. `DICOMScan` also finds DICOM files with other names.
///
/// - Throws: `DICOMError` if the folder cannot be read.
public func getDICOMFiles(in folder: String) throws(DICOMError) -> [String] {
  try regularFiles(below: folder).filter {
    let name = $0.lowercased()
    return name.hasSuffix(".dcm") || name.hasSuffix(".dicom")
  }
}

/// Finds all regular files in a folder and its subfolders, except hidden ones, sorted by path.
func regularFiles(below folder: String) throws(DICOMError) -> [String] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
    throw DICOMError(.unreadable, file: folder, detail: "no such folder")
  }
  guard isFolder.boolValue,
    let files = FileManager.default.enumerator(
      at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [.isRegularFileKey],
      options: [.skipsHiddenFiles])
  else {
    throw DICOMError(.unreadable, file: folder, detail: "not a folder, or no permission")
  }
  var paths: [String] = []
  for case let url as URL in files
  where (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true {
    paths.append(url.path)
  }
  return paths.sorted()
}
