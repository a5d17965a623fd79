import Files
import Foundation

/// The images of a folder and their labels: by a table whose rows name files, or by another `LabelSource`.
public struct LabelTable: Sendable, Equatable {
  /// Where the labels come from.
  public package(set) var source: LabelSource
  /// The folder that file names are relative to.
  package var folder: String
  /// The column of file names.
  package var fileColumn: String
  /// The column of labels.
  package var labelColumn: String
  /// The column of train, valid and test; nil: "split" if there is one; "": none.
  package var splitColumn: String?
  /// The column of patients; nil: "patient" if there is one; "": none.
  package var patientColumn: String?
  /// The character between cells; nil: the comma.
  package var separator: CSVSeparator?

  /// Describes a table.
  ///
  /// - Parameters:
  ///   - path: The CSV file.
  ///   - folder: The folder that file names are relative to.
  ///   - fileColumn: The column of file names.
  ///   - labelColumn: The column of labels.
  ///   - splitColumn: The column of train, valid (or val) and test. Default: "split", if there is one; "": none.
  ///   - patientColumn: The column of patients. Default: "patient" or "patient_id", if there is one; "": none.
  ///   - separator: The character between cells (`sep`). Default: the comma.
  public init(
    _ path: String, folder: String, fileColumn: String = "file", labelColumn: String = "label",
    splitColumn: String? = nil, patientColumn: String? = nil, separator: CSVSeparator? = nil
  ) {
    source = .table(path)
    self.folder = folder
    self.fileColumn = fileColumn
    self.labelColumn = labelColumn
    self.splitColumn = splitColumn
    self.patientColumn = patientColumn
    self.separator = separator
  }

  /// Describes images whose labels are in folders, names or headers, or in a table with the usual columns.
  ///
  /// - Parameters:
  ///   - source: Where the labels come from.
  ///   - folder: The folder of the images.
  public init(_ source: LabelSource, in folder: String) {
    self.init("", folder: folder)
    self.source = source
  }

  /// The path of the table; of other sources that of the folder.
  package var path: String { source.tablePath ?? folder }

  /// The path of the table, or "folders in films".
  package var description: String {
    source.tablePath ?? "\(source.text) in \(folder)"
  }

  /// Reads the items and checks that each of them has a label and a file.
  ///
  /// - Parameter checkingFiles: Whether a file that does not exist is an error.
  /// - Returns: One item per row.
  /// - Throws: `DataError` naming the table and the line.
  public func items(checkingFiles: Bool = true) throws(DataError) -> [DataItem] {
    let found = try read(checkingFiles: checkingFiles)
    try found.check(found.items)
    return found.items
  }

  /// Reads the items.
  ///
  /// Rows without a label and files that do not exist are no errors here: `LabeledItems.check(_:)` finds them among
  /// the items that are used.
  ///
  /// - Parameter checkingFiles: Whether to look for files that do not exist.
  /// - Returns: One item per row, and the columns.
  /// - Throws: `DataError` naming the table and the line.
  public func read(checkingFiles: Bool = true) throws(DataError) -> LabeledItems {
    guard source.tablePath != nil else { return try readFolder() }
    let table = try CSVTable(contentsOf: path, separator: separator)
    let columns = try TableColumns(of: table, for: self)
    if let format = columns.format {
      return try readKnown(table, columns, format, checkingFiles: checkingFiles)
    }
    let positions = Dictionary(
      table.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    func cell(_ row: CSVTable.Row, _ column: String?) -> String? {
      let text = column.flatMap { positions[$0] }.map { row[$0].trimmed }
      return text?.isEmpty == false ? text : nil
    }
    var lines: [String: Int] = [:]
    var items: [DataItem] = []
    var missing: [Int] = []
    for row in table.rows {
      func fail(_ reason: DataError.Reason) -> DataError {
        DataError(reason, path: path, line: row.line)
      }
      guard let file = cell(row, columns.file) else { throw fail(.emptyFileName) }
      if let first = lines.updateValue(row.line, forKey: Self.plainPath(file)) {
        throw fail(.duplicateFile(file, firstLine: first))
      }
      var part: DataSplit?
      if let column = columns.split {
        let name = cell(row, column) ?? ""
        part = DataSplit(name: name, column: column)
        if part == nil { throw fail(.unknownSplit(name, column: column)) }
      }
      var full = fullPath(file, folder: folder)
      if checkingFiles, FileIdentity(full) == nil {
        // A quoted name may have blanks at its ends.
        let exact = row[columns.file] ?? file
        if exact != file, FileIdentity(fullPath(exact, folder: folder)) != nil {
          full = fullPath(exact, folder: folder)
        } else {
          missing.append(items.count)
        }
      }
      let patient = cell(row, columns.patient)
      var item = DataItem(
        path: full, label: cell(row, columns.label), split: part,
        patient: patient.flatMap { MissingValue.isUnknownPatient($0) ? nil : $0 })
      item.line = row.line
      items.append(item)
    }
    if items.isEmpty { throw DataError(.noRows, path: path) }
    return LabeledItems(table: self, items: items, columns: columns, missing: missing)
  }

  /// The path without `.`, double slashes and `..` behind a folder's name.
  private static func plainPath(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "/")) else { return path }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

extension LabelTable: Codable {
  private enum CodingKeys: CodingKey {
    case path, folder, fileColumn, labelColumn, splitColumn, patientColumn, separator
  }

  /// Encodes the source as text.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(source.text, forKey: .path)
    try fields.encode(folder, forKey: .folder)
    try fields.encode(fileColumn, forKey: .fileColumn)
    try fields.encode(labelColumn, forKey: .labelColumn)
    try fields.encodeIfPresent(splitColumn, forKey: .splitColumn)
    try fields.encodeIfPresent(patientColumn, forKey: .patientColumn)
    try fields.encodeIfPresent(separator, forKey: .separator)
  }

  /// Decodes a description.
  ///
  /// - Throws: `DataError` if the source is none.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      "", folder: try fields.decode(String.self, forKey: .folder),
      fileColumn: try fields.decode(String.self, forKey: .fileColumn),
      labelColumn: try fields.decode(String.self, forKey: .labelColumn),
      splitColumn: try fields.decodeIfPresent(String.self, forKey: .splitColumn),
      patientColumn: try fields.decodeIfPresent(String.self, forKey: .patientColumn),
      separator: try fields.decodeIfPresent(CSVSeparator.self, forKey: .separator))
    source = try LabelSource(fields.decode(String.self, forKey: .path))
  }
}
