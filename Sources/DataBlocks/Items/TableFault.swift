import Files

/// What is wrong with a table of labels, beside the syntax that `DataError.Reason` lists.
package enum TableFault: Sendable, Equatable {
  /// A file that is not text, by its first bytes.
  package enum Format: String, Sendable {
    case workbook = "an Excel or LibreOffice workbook"
    case gzip = "compressed by gzip"
    case parquet = "a Parquet file"
    case sqlite = "an SQLite database"
    case html = "an HTML page"
    case dicom = "a DICOM file"
  }

  /// A column with a meaning.
  package enum Role: String, Sendable, Codable, CaseIterable {
    case file, label, split, patient

    /// The option of the command line.
    var option: String { "--\(rawValue)-column" }
  }

  /// Not a regular file.
  case notAFile(String)
  /// More bytes, columns, rows or cells than are read.
  case tooLarge(String, limit: Int)
  /// Text in another encoding; nil if it cannot be told which. `iconv` names it for that program.
  case encoding(String?, iconv: String)
  /// A NUL byte in the text.
  case nulByte
  /// Not text at all.
  case otherFormat(Format)
  /// The cells are separated by another character.
  case otherSeparator(CSVSeparator)
  /// Text behind a closing quotation mark.
  case textAfterQuote
  /// The first line is a comment.
  case comment
  /// A column is missing; `suggestion` may be meant.
  case noColumn(Role, name: String, known: [String], suggestion: String?)
  /// A column that groups are asked for is missing; `suggestion` may be meant.
  case unknownColumn(String, known: [String], suggestion: String?)
  /// One column has two roles.
  case sameColumn(String, Role, Role)
  /// No column is used as the split, but this one looks like one.
  case unusedSplit(String)
  /// Rows without a label.
  case emptyLabels(lines: [Int], count: Int)
  /// Files that do not exist: the first ones, their number, and what would make them exist.
  case missingFiles([String], count: Int, of: Int, hint: MissingFileHint?)
  /// Files or patients that are in two parts of the data.
  ///
  /// `drawnBy`: the kind of the random split that drew the parts; nil: the data gives them, and `redraw` are the
  /// options that draw parts without a shared patient instead.
  case overlaps(
    [SplitOverlap], drawnBy: String? = nil, redraw: String = "--split-column none --split patient")
  /// Fewer patients than folds.
  case tooFewGroups(Int, folds: Int)
  /// All items of a class are in one fold; the number of patients that have it.
  case classInOneFold(String, groups: Int)
  /// Folds are asked for, but this column names validation items.
  case foldsWithSplit(String)

  var problem: String {
    switch self {
    case .notAFile(let kind): "the table is \(kind), not a file"
    case .tooLarge(let unit, let limit): "the table has more than \(limit) \(unit)"
    case .encoding(let name?, _): "the table is not UTF-8 but \(name) text"
    case .encoding(nil, _): "the table is text in an unknown encoding, not UTF-8"
    case .nulByte: "the table contains a NUL byte, so it is not text or it is damaged"
    case .otherFormat(let format): "the table is \(format.rawValue), not CSV"
    case .otherSeparator(let separator):
      "the cells are separated by \(Self.words(separator))"
    case .textAfterQuote: "there is text behind a closing quotation mark"
    case .comment: "the first line is a comment, not the names of the columns"
    case .noColumn(_, let name, let known, _):
      "there is no column \(name.quoted); there are \(listed(known))"
    case .unknownColumn(let name, let known, _):
      "there is no column \(name.quoted); there are \(listed(known))"
    case .sameColumn(let name, let first, let second):
      "the column \(name.quoted) is named for the \(first.rawValue) and the \(second.rawValue)"
    case .unusedSplit(let name):
      "no column is called \"split\", but \(name.quoted) has the values of one, and a random split "
        + "would mix its parts"
    case .emptyLabels(let lines, let count):
      count == 1
        ? "the label is empty"
        : "the labels of \(count) rows are empty (lines \(Self.numbers(lines, count)))"
    case .missingFiles(let files, let count, let total, _):
      count == 1
        ? "the file \(files[0].visible) does not exist"
        : "\(count) of \(total) files do not exist: " + files.map(\.visible).joined(separator: ", ")
          + (count > files.count ? " and \(count - files.count) more" : "")
    case .overlaps(let overlaps, let kind, _):
      overlaps.map(\.problem).joined(separator: "; ")
        + (kind.map { ", as --split \($0) draws images and not patients" } ?? "")
        + ", so metrics would be too optimistic"
    case .tooFewGroups(let count, let folds):
      "there are \(folds) folds, but only \(count) "
        + (count == 1 ? "patient" : "patients or images without one")
    case .classInOneFold(let name, let count):
      count == 1
        ? "only one patient has the class \(name.quoted), so one fold would be trained without it"
        : "the \(count) patients with the class \(name.quoted) are in one fold, which would be trained without it"
    case .foldsWithSplit(let name):
      "folds are asked for, but the column \(name.quoted) says which items are for validation"
    }
  }

  var remedy: String? {
    switch self {
    case .notAFile: "give a file"
    case .tooLarge(let unit, _):
      unit == "columns" || unit == "cells"
        ? "keep only the columns file, label, split and patient" : "divide it"
    case .encoding(_, let name):
      "save it as UTF-8, as by: iconv -f \(name) -t UTF-8 OLD.csv > NEW.csv"
    case .nulByte: "save it again as UTF-8 text"
    case .otherFormat(.gzip): "unpack it with gunzip"
    case .otherFormat(.workbook): "save it as CSV (UTF-8)"
    case .otherFormat: "export it as CSV"
    case .otherSeparator(let separator): "give --separator \(separator.rawValue)"
    case .textAfterQuote: "double the marks inside of the cell, or remove them"
    case .comment: "remove the lines before the header"
    case .noColumn(let role, _, _, let suggestion):
      suggestion.map { "to use \($0.quoted), give \(role.option) \(Self.argument($0))" }
        ?? "name the right one with \(role.option)"
    case .unknownColumn(_, _, let suggestion):
      suggestion.map { "use \($0.quoted)" } ?? "use one of them"
    case .sameColumn(_, _, let second): "give \(second.option)"
    case .unusedSplit(let name):
      "give --split-column \(Self.argument(name)) to use it, or --split-column none not to"
    case .emptyLabels: "label or remove the rows"
    case .missingFiles(_, _, _, let hint?): hint.remedy
    case .missingFiles(_, _, _, nil): "check the data folder"
    case .overlaps(let overlaps, .some, _):
      overlaps.contains { $0.kind.isOfPatient }
        ? "use --split patient or --split stratified-patient, which keep a patient in one part, or allow it with "
          + "--allow-shared-patients"
        : "leave --split out, which keeps copies of an image in one part, or allow it with --allow-shared-patients"
    case .overlaps(let overlaps, nil, let redraw):
      "correct the split"
        + (overlaps.contains { $0.kind.isOfPatient }
          ? " (all images of a patient in one part; \(redraw) draws such a one)" : "")
        + ", or allow it with --allow-shared-patients"
    case .tooFewGroups(let count, _):
      count >= 2 ? "use at most \(count) folds" : "use a validation fraction, --valid-pct"
    case .classInOneFold: "add items of other patients, or leave the class out"
    case .foldsWithSplit:
      "leave the folds out, or leave the column out with --split-column none"
    }
  }

  private static func words(_ separator: CSVSeparator) -> String {
    switch separator {
    case .comma: "commas"
    case .semicolon: "semicolons"
    case .tab: "tabs"
    case .pipe: "vertical bars"
    }
  }

  /// A name as an argument in a shell.
  static func argument(_ name: String) -> String {
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.".unicodeScalars.contains($0)
    }
    return isPlain ? name : "\"\(String(name.quoted.dropFirst().dropLast()))\""
  }

  static func numbers(_ lines: [Int], _ count: Int) -> String {
    lines.map(String.init).joined(separator: ", ")
      + (count > lines.count ? " and \(count - lines.count) more" : "")
  }
}
