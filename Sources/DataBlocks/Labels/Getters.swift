import Files
import Imaging
import Tensors

/// Finds the DICOM, PNG and JPEG files in a folder and its subfolders: fastai's `get_image_files`.
///
/// Links are followed, hidden files and folders of training runs are left out, and the paths are sorted. A file without
/// such an ending counts if it begins as one.
///
/// - Parameters:
///   - folder: The folder.
///   - folders: The folders at the top to look in (`folders`). Default: all.
/// - Returns: The paths.
/// - Throws: `DataError` if the folder cannot be read or has no image.
public func getImageFiles(
  in folder: String, folders: [String]? = nil
) throws(DataError) -> [String] {
  let found = try ImageFolder(folder)
  if let error = found.unreadable.first {
    throw DataError(.labels(.unreadableFolders([error])), path: folder)
  }
  guard let folders else { return found.images }
  let images = found.images.filter { path in
    let parts = found.parts(of: path)
    return parts.count > 1 && folders.contains(String(parts[0]))
  }
  guard !images.isEmpty else { throw DataError(.labels(.noSuchFolders(folders)), path: folder) }
  return images
}

/// The name of the folder that a file is in: fastai's `parent_label`.
public func parentLabel(_ path: String) -> String {
  let parts = path.split(separator: "/")
  return parts.count > 1 ? String(parts[parts.count - 2]) : ""
}

/// A cell of a row, with a text before and behind it: fastai's `ColReader`.
///
///     DataBlock(getX: { ColReader("file", prefix: "films/", suffix: ".dcm")($0) }, getY: { ColReader("label")($0) }, …)
public struct ColReader: Sendable {
  private let column: String
  private let prefix: String
  private let suffix: String

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - column: The name of the column (`cols`).
  ///   - prefix: The text before the cell (`pref`).
  ///   - suffix: The text behind the cell (`suff`).
  public init(_ column: String, prefix: String = "", suffix: String = "") {
    self.column = column
    self.prefix = prefix
    self.suffix = suffix
  }

  /// The text of a row; empty if it has no such column or the cell is empty, which a `DataBlock` takes as missing.
  public func callAsFunction(_ row: CSVTable.Row) -> String {
    guard let cell = row[column], !cell.isEmpty else { return "" }
    return prefix + cell + suffix
  }
}
