import Files

/// The columns of a table that are used, and those that were looked for in vain.
public struct TableColumns: Sendable, Equatable, CustomStringConvertible {
  /// The column of file names.
  public let file: String
  /// The column of labels.
  public let label: String
  /// The column of train, valid and test; nil if there is none.
  public let split: String?
  /// The column of patients; nil if there is none.
  public let patient: String?
  /// Columns that may be meant where an optional one is missing.
  package let nearest: [TableFault.Role: String]
  /// Columns that could have been taken as well, where none was named.
  package let others: [TableFault.Role: [String]]
  /// Optional columns that are not wanted.
  package let unwanted: [TableFault.Role]
  /// The known format of the table; nil: a column of files and one of labels.
  let format: KnownTable?
  /// Where the labels come from if there is no table, or how a known table was read.
  var note: String?

  /// Whether an item may have several labels.
  var hasSeveralLabels: Bool { format == .nih }

  /// Where the split comes from: "the column split", "the folders train, valid"; nil if there is none.
  package var splitPlace: String? {
    split.map { (file.isEmpty ? "the folders " : "the column ") + $0.visible }
  }

  /// The "columns" of a folder without a table.
  init(note: String, split: String?) {
    self.note = note
    self.split = split
    (file, label, patient, nearest, others, unwanted, format) = ("", "", nil, [:], [:], [], nil)
  }

  /// One line: `columns file, label = "finding", split; no column patient (nearest: "person")`.
  public var description: String {
    if file.isEmpty { return note ?? "" }
    let used: [(TableFault.Role, String?)] = [
      (.file, file), (.label, label), (.split, split), (.patient, patient),
    ]
    var text =
      "columns "
      + used.compactMap { role, name in
        name.map { $0 == role.rawValue ? $0 : "\(role.rawValue) = \($0.quoted)" }
      }.joined(separator: ", ")
    let missing = used.filter { $0.1 == nil && !unwanted.contains($0.0) }.map(\.0)
    if !missing.isEmpty {
      text += "; no column " + missing.map(\.rawValue).joined(separator: " or ")
    }
    for role in missing {
      if let name = nearest[role] {
        text +=
          "; for the \(role.rawValue), is \(name.quoted) meant? "
          + "(\(role.option) \(TableFault.argument(name)))"
      }
    }
    for (role, _) in used {
      for name in others[role] ?? [] {
        text +=
          "; \(name.quoted) is not used (\(role.option) \(TableFault.argument(name)) uses it)"
      }
    }
    if !unwanted.isEmpty {
      text += "; not used by choice: " + unwanted.map(\.rawValue).joined(separator: ", ")
    }
    return [note, text].compactMap(\.self).joined(separator: "; ")
  }
}

extension TableColumns {
  /// Finds the columns of a table.
  ///
  /// An exact name is taken first, then the only one that differs by case, blanks or punctuation ("Split",
  /// "patient_id"). What only resembles a name is not taken but suggested.
  ///
  /// - Throws: `DataError` if a column is missing, or if an unused one has the values of a split.
  init(of table: CSVTable, for names: LabelTable) throws(DataError) {
    let search = ColumnSearch(table, folder: names.folder)
    format = try KnownTable(of: table, for: names)
    if let format {
      let (fileName, labelName) = format.columns
      file = try search.any(fileName)
      label = try search.any(labelName)
    } else {
      file = try search.required(.file, names.fileColumn)
      label = try search.required(.label, names.labelColumn, except: file)
    }
    let (file, label) = (file, label)
    split = try search.optional(.split, names.splitColumn, except: [file, label])
    // In RSNA's table the file is the patient.
    patient =
      try format == .rsna && names.patientColumn == nil
      ? file
      : search.optional(
        .patient, names.patientColumn, except: [file, label, split].compactMap(\.self))
    unwanted = [
      names.splitColumn == "" ? .split : nil, names.patientColumn == "" ? .patient : nil,
    ].compactMap(\.self)
    let taken: [(TableFault.Role, String)] =
      [(.file, file), (.label, label), (.split, split), (.patient, patient)].compactMap {
        role, name in name.map { (role, $0) }
      }
    for (i, one) in taken.enumerated() where format != .rsna {
      for other in taken[(i + 1)...] where one.1 == other.1 {
        throw DataError(.table(.sameColumn(one.1, one.0, other.0)), path: table.path)
      }
    }
    let used = Set(taken.map(\.1))
    if split == nil, names.splitColumn == nil, let name = search.columnWithSplits(except: used) {
      throw DataError(.table(.unusedSplit(name)), path: table.path)
    }
    var nearest: [TableFault.Role: String] = [:]
    if split == nil { nearest[.split] = search.nearest(.split, "split", except: used) }
    if patient == nil { nearest[.patient] = search.nearest(.patient, "patient", except: used) }
    self.nearest = nearest
    var others: [TableFault.Role: [String]] = [:]
    if split != nil, names.splitColumn == nil {
      others[.split] = search.alternatives(.split, except: used)
      if let name = search.columnWithSplits(except: used.union(others[.split] ?? [])) {
        others[.split, default: []].append(name)
      }
    }
    if patient != nil, names.patientColumn == nil, format != .rsna {
      others[.patient] = search.alternatives(.patient, except: used)
    }
    if format == nil, names.fileColumn == TableFault.Role.file.rawValue {
      others[.file] = search.alternatives(.file, except: used)
    }
    if format == nil, names.labelColumn == TableFault.Role.label.rawValue {
      others[.label] = search.alternatives(.label, except: used)
    }
    self.others = others
  }
}
