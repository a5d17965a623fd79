import Files
import Foundation

/// Looks up columns of a table by name, by a variant of the name, and by content.
struct ColumnSearch {
  private let table: CSVTable
  private let folder: String
  /// Columns by their names without case, blanks and punctuation.
  private let variants: [String: [String]]

  /// Other names under which a column is taken.
  private static let synonyms: [TableFault.Role: [String]] = [
    .split: ["isvalid"], .patient: ["patientid", "patients", "patientids"],
  ]
  /// Names that are suggested.
  private static let relatives: [TableFault.Role: [String]] = [
    .file: [
      "filename", "filenames", "filepath", "files", "path", "paths", "image", "images", "imageid",
      "imagepath", "imagename", "imageindex", "img", "fname", "name", "dicom", "id",
    ],
    .label: [
      "labels", "class", "classes", "target", "targets", "finding", "findings", "findinglabels",
      "diagnosis", "category", "y", "tag", "tags",
    ],
    .split: [
      "splits", "set", "subset", "dataset", "partition", "fold", "folds", "phase",
      "valid", "validation", "isval", "istest", "istrain", "traintest", "usage", "part",
    ],
    .patient: [
      "subject", "subjects", "subjectid", "pid", "ptid", "mrn", "person", "personid", "patientname",
      "patientnumber", "patientno", "patno", "patnr", "pat", "patid", "case", "caseid",
    ],
  ]

  init(_ table: CSVTable, folder: String) {
    self.table = table
    self.folder = folder
    var variants: [String: [String]] = [:]
    for name in table.columns.prefix(10_000) where !name.isEmpty && name.utf8.count <= 64 {
      variants[Self.plain(name), default: []].append(name)
    }
    self.variants = variants
  }

  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  private func variant(of role: TableFault.Role, except taken: [String] = []) -> String? {
    for name in [role.rawValue] + (Self.synonyms[role] ?? []) {
      let found = (variants[name] ?? []).filter { !taken.contains($0) }
      if found.count == 1 { return found[0] }
    }
    return nil
  }

  /// Columns that have the name of a role, a variant of it or another name under which it is taken.
  func alternatives(_ role: TableFault.Role, except taken: Set<String>) -> [String] {
    ([role.rawValue] + (Self.synonyms[role] ?? [])).flatMap { variants[$0] ?? [] }
      .filter { !taken.contains($0) }
  }

  func required(
    _ role: TableFault.Role, _ name: String, except taken: String? = nil
  ) throws(DataError) -> String {
    if table.columns.contains(name) { return name }
    let taken = [taken].compactMap(\.self)
    if name == role.rawValue, let found = variant(of: role, except: taken) { return found }
    throw missing(role, name, except: Set(taken))
  }

  /// An optional column by a name; nil: the usual name; "": no column.
  func optional(
    _ role: TableFault.Role, _ name: String?, except taken: [String]
  ) throws(DataError) -> String? {
    if let name {
      if name.isEmpty { return nil }
      guard table.columns.contains(name) else { throw missing(role, name, except: Set(taken)) }
      return name
    }
    if !taken.contains(role.rawValue), table.columns.contains(role.rawValue) {
      return role.rawValue
    }
    return variant(of: role, except: taken)
  }

  /// The names of all columns without case, blanks and punctuation.
  var plainNames: Set<String> { Set(variants.keys) }

  /// A column of any meaning, by its exact name or the only variant of it.
  func any(_ name: String) throws(DataError) -> String {
    if !name.isEmpty, table.columns.contains(name) { return name }
    let found = variants[Self.plain(name)] ?? []
    if found.count == 1 { return found[0] }
    let known = table.columns.filter { !$0.isEmpty }
    throw DataError(
      .table(
        .unknownColumn(
          name, known: Array(known.prefix(100)),
          suggestion: name.utf8.count <= 64
            ? NearestName.nearest(to: name, among: Array(known.prefix(1000))) : nil)),
      path: table.path)
  }

  private func missing(
    _ role: TableFault.Role, _ name: String, except taken: Set<String>
  ) -> DataError {
    let known = table.columns.filter { !$0.isEmpty }
    if let other = CSVSeparator.allCases.first(where: { separator in
      known.prefix(1000).contains {
        let parts = $0.utf8.split(separator: separator.byte).prefix(1000)
        return parts.count > 1 && parts.contains { String($0)?.trimmed == name }
      }
    }) {
      return DataError(.table(.otherSeparator(other)), path: table.path, line: 1)
    }
    var suggestion = role == .file ? columnWithFiles() : nil
    suggestion = suggestion ?? nearest(role, name, except: taken)
    let rest = known.filter { !taken.contains($0) }
    if suggestion == nil, role == .label, rest.count == 1 { suggestion = rest[0] }
    return DataError(
      .table(.noColumn(role, name: name, known: Array(known.prefix(100)), suggestion: suggestion)),
      path: table.path)
  }

  /// A column whose name resembles the wanted one, or is usual for the role.
  func nearest(_ role: TableFault.Role, _ name: String, except taken: Set<String>) -> String? {
    for relative in [Self.plain(name), role.rawValue] + (Self.synonyms[role] ?? [])
      + (Self.relatives[role] ?? [])
    {
      if let found = variants[relative]?.first(where: { !taken.contains($0) }) { return found }
    }
    guard name.utf8.count <= 64 else { return nil }
    let known = table.columns.prefix(1000).filter {
      $0.utf8.count > 2 && $0.utf8.count <= 64 && !taken.contains($0)
    }
    if let near = NearestName.nearest(to: name, among: Array(known)) { return near }
    return known.first { $0.lowercased().contains(role.rawValue) }
  }

  /// The first column whose first cell is a file.
  private func columnWithFiles() -> String? {
    guard let row = table.rows.first else { return nil }
    return table.columns.enumerated().prefix(1000).first { position, name in
      let cell = row[position].trimmed
      return !name.isEmpty && !cell.isEmpty && cell.utf8.count < 4096
        && FileIdentity(fullPath(cell, folder: folder))?.isFile == true
    }?.element
  }

  /// The first column whose cells are all names of parts, of at least two.
  func columnWithSplits(except taken: Set<String>) -> String? {
    guard !table.rows.isEmpty else { return nil }
    for (position, name) in table.columns.enumerated() where !name.isEmpty && !taken.contains(name)
    {
      var parts: Set<DataSplit> = []
      let isSplit = table.rows.allSatisfy { row in
        let cell = row[position].trimmed
        if cell.isEmpty { return true }
        guard let part = DataSplit(name: cell, column: name) else { return false }
        parts.insert(part)
        return true
      }
      if isSplit, parts.count > 1 { return name }
    }
    return nil
  }
}
