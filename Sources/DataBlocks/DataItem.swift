import Foundation

/// One labeled image.
public struct DataItem: Sendable, Equatable {
  /// Path of the file.
  public var path: String
  /// Its class; nil where there is no label.
  public var label: String?
  /// The part of the data that it belongs to, where a table says so.
  public var split: DataSplit?
  /// Its patient, where a table says so.
  public var patient: String?

  /// Makes an item.
  public init(path: String, label: String? = nil, split: DataSplit? = nil, patient: String? = nil) {
    self.path = path
    self.label = label
    self.split = split
    self.patient = patient
  }
}

/// A part of the data.
public enum DataSplit: String, Sendable, Codable, CaseIterable {
  /// To learn from.
  case train
  /// To choose by.
  case valid
  /// To report on.
  case test

  /// Reads a cell: train, val or valid or validation, test.
  public init?(name: String) {
    switch name.lowercased() {
    case "train", "training": self = .train
    case "val", "valid", "validation": self = .valid
    case "test", "testing": self = .test
    default: return nil
    }
  }
}

extension [DataItem] {
  /// Reads the items of a table whose rows name files below a folder.
  ///
  /// - Parameters:
  ///   - path: The table.
  ///   - root: The folder that the file names are relative to.
  ///   - fileColumn: Column of the file names.
  ///   - labelColumn: Column of the labels.
  ///   - splitColumn: Column of train, valid, test; nil: "split" if there is one.
  ///   - patientColumn: Column of patients; nil: "patient" if there is one.
  ///   - checkingFiles: Make sure that every file is there.
  /// - Throws: `DataError` naming the table, the line and the way out.
  public init(
    table path: String, root: String, fileColumn: String = "file", labelColumn: String = "label",
    splitColumn: String? = nil, patientColumn: String? = nil, checkingFiles: Bool = true
  ) throws(DataError) {
    let table = try CSVTable(contentsOf: path)
    try table.requireColumn(fileColumn)
    try table.requireColumn(labelColumn)
    if let splitColumn { try table.requireColumn(splitColumn) }
    if let patientColumn { try table.requireColumn(patientColumn) }
    let split = splitColumn ?? (table.columns.contains("split") ? "split" : nil)
    let patient = patientColumn ?? (table.columns.contains("patient") ? "patient" : nil)
    var seen: [String: Int] = [:]
    self = []
    for row in table.rows {
      guard let file = row[fileColumn], let label = row[labelColumn] else { continue }
      if file.isEmpty {
        throw DataError(.badTable(line: row.line, reason: "the file's name is empty"), path: path)
      }
      if label.isEmpty {
        throw DataError(
          .badLabel(line: row.line, reason: "the label of \(file) is empty"), path: path)
      }
      if let first = seen[file] {
        throw DataError(
          .badTable(line: row.line, reason: "\(file) stands in line \(first) already"), path: path)
      }
      seen[file] = row.line
      var part: DataSplit?
      if let split, let name = row[split] {
        part = DataSplit(name: name)
        if part == nil { throw DataError(.badSplit(name, line: row.line), path: path) }
      }
      let full = file.hasPrefix("/") ? file : root + (root.hasSuffix("/") ? "" : "/") + file
      if checkingFiles, !FileManager.default.fileExists(atPath: full) {
        throw DataError(.missingFile(full, line: row.line), path: path)
      }
      append(DataItem(path: full, label: label, split: part, patient: patient.flatMap { row[$0] }))
    }
    if isEmpty { throw DataError(.noItems("anything: the table has no rows"), path: path) }
  }
}
