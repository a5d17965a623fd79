import Files
import Imaging

extension LabelTable {
  /// The items of a table of a known format: one per image, whatever the number of its rows.
  ///
  /// The files are found by the name of the image, with or without ending, in the data folder or below.
  ///
  /// - Throws: `DataError` naming the table and the line.
  func readKnown(
    _ table: CSVTable, _ columns: TableColumns, _ format: KnownTable, checkingFiles: Bool
  ) throws(DataError) -> LabeledItems {
    let positions = Dictionary(
      table.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    func cell(_ row: CSVTable.Row, _ column: String?) -> String {
      column.flatMap { positions[$0] }.map { row[$0].trimmed } ?? ""
    }
    var files = ImagesByName(folder)
    var items: [DataItem] = []
    var indices: [String: Int] = [:]
    var missing: [Int] = []
    for row in table.rows {
      func fail(_ reason: DataError.Reason) -> DataError {
        DataError(reason, path: path, line: row.line)
      }
      let name = cell(row, columns.file)
      guard !name.isEmpty else { throw fail(.emptyFileName) }
      let label: String?
      do throws(LabelFault) {
        label = try format.label(cell(row, columns.label), column: columns.label)
      } catch {
        throw fail(.labels(error))
      }
      var part: DataSplit?
      if let column = columns.split {
        let word = cell(row, column)
        part = DataSplit(name: word, column: column)
        if part == nil { throw fail(.unknownSplit(word, column: column)) }
      }
      if let index = indices[name] {
        let first = items[index].line ?? row.line
        guard format != .nih else { throw fail(.duplicateFile(name, firstLine: first)) }
        guard items[index].split == part else {
          throw fail(.duplicateFile(name, firstLine: first))
        }
        guard items[index].label == label else {
          throw fail(.labels(.contradiction(name, lines: [first, row.line])))
        }
        continue
      }
      let found = try files.path(of: name)
      if found == nil, checkingFiles { missing.append(items.count) }
      let patient = cell(row, columns.patient)
      var item = DataItem(
        path: found ?? fullPath(name, folder: folder), label: label, split: part,
        patient: MissingValue.isUnknownPatient(patient) ? nil : patient)
      item.line = row.line
      indices[name] = items.count
      items.append(item)
    }
    if items.isEmpty { throw DataError(.noRows, path: path) }
    var columns = columns
    columns.note = note(format, items, rows: table.rows.count)
    return LabeledItems(table: self, items: items, columns: columns, missing: missing)
  }

  /// "the table is SIIM's masks: 12047 images in 12954 rows, 2669 with Pneumothorax".
  private func note(_ format: KnownTable, _ items: [DataItem], rows: Int) -> String {
    let findings = items.count { item in
      item.label.map { label in
        format.classes.map { label == $0.some } ?? (label != KnownTable.noFinding)
      } ?? false
    }
    return "the table is \(format.name): \(items.count) images"
      + (rows > items.count ? " in \(rows) rows" : "")
      + ", \(findings) with \(format.classes?.some ?? "findings")"
  }
}

/// Finds images by the name that a table gives, with or without ending, in a folder or below it.
private struct ImagesByName {
  private let folder: String
  /// The paths by name without ending; nil until a name is not found directly.
  private var index: [String: [String]]?

  init(_ folder: String) { self.folder = folder }

  /// The path of an image; nil if there is none.
  ///
  /// - Throws: `DataError` if there are several.
  mutating func path(of name: String) throws(DataError) -> String? {
    let direct = fullPath(name, folder: folder)
    if FileIdentity(direct)?.isFile == true { return direct }
    let known = index ?? Self.index(of: folder)
    index = known
    var found = known[FileName.imageName(of: name)] ?? []
    if found.count > 1 {
      let exact = found.filter { PathParts($0).name == PathParts(name).name }
      if exact.count == 1 { found = exact }
    }
    guard found.count < 2 else {
      throw DataError(.labels(.severalFiles(name, found)), path: folder)
    }
    return found.first
  }

  private static func index(of folder: String) -> [String: [String]] {
    var index: [String: [String]] = [:]
    for path in (try? FolderWalk(folder))?.files ?? [] {
      index[FileName.imageName(of: path), default: []].append(path)
    }
    return index
  }
}
