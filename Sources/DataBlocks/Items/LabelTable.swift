import Files

/// A table whose rows name image files in a folder, and their labels.
public struct LabelTable: Sendable, Equatable, Codable {
  /// The path of the table.
  package let path: String
  /// The folder that file names are relative to.
  package let folder: String
  /// The column of file names.
  package let fileColumn: String
  /// The column of labels.
  package let labelColumn: String
  /// The column of train, valid and test; nil: "split" if there is one.
  package let splitColumn: String?
  /// The column of patients; nil: "patient" if there is one.
  package let patientColumn: String?

  /// Describes a table.
  public init(
    _ path: String, folder: String, fileColumn: String = "file", labelColumn: String = "label",
    splitColumn: String? = nil, patientColumn: String? = nil
  ) {
    self.path = path
    self.folder = folder
    self.fileColumn = fileColumn
    self.labelColumn = labelColumn
    self.splitColumn = splitColumn
    self.patientColumn = patientColumn
  }

  /// Reads the items.
  ///
  /// - Parameter checkingFiles: Whether a file that does not exist is an error.
  /// - Returns: One item per row.
  /// - Throws: `DataError` naming the table and the line.
  public func items(checkingFiles: Bool = true) throws(DataError) -> [DataItem] {
    let table = try CSVTable(contentsOf: path)
    for name in [fileColumn, labelColumn] + [splitColumn, patientColumn].compactMap(\.self) {
      try table.requireColumn(name)
    }
    func column(_ given: String?, _ usual: String) -> String? {
      given ?? (table.columns.contains(usual) ? usual : nil)
    }
    let split = column(splitColumn, "split")
    let patient = column(patientColumn, "patient")
    var seen: [String: Int] = [:]
    var items: [DataItem] = []
    for row in table.rows {
      guard let file = row[fileColumn], let label = row[labelColumn] else { continue }
      func fail(_ reason: DataError.Reason) -> DataError {
        DataError(reason, path: path, line: row.line)
      }
      if file.isEmpty { throw fail(.emptyFileName) }
      if label.isEmpty { throw fail(.emptyLabel(file: file)) }
      if let first = seen[file] { throw fail(.duplicateFile(file, firstLine: first)) }
      seen[file] = row.line
      var part: DataSplit?
      if let split, let name = row[split] {
        part = DataSplit(name: name)
        if part == nil { throw fail(.unknownSplit(name)) }
      }
      let full =
        file.hasPrefix("/") ? file : folder + (folder.hasSuffix("/") ? "" : "/") + file
      if checkingFiles, !FileName.exists(full) {
        throw fail(.missingFile(full))
      }
      // A blank cell is an unknown patient.
      let name = patient.flatMap { row[$0] }.flatMap { $0.isEmpty ? nil : $0 }
      items.append(DataItem(path: full, label: label, split: part, patient: name))
    }
    if items.isEmpty { throw DataError(.noRows, path: path) }
    return items
  }
}
