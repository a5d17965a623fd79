public import Files
import Foundation
import GRDB
public import Imaging

/// The headers of DICOM files as a table: fastai's `DataFrame.from_dicoms`.
///
/// One row per file and one column per attribute, in the order of tags. Several values of an attribute are in columns
/// `X`, `X1`, `X2` and so on, and `MultiX` is 1. `fname` is the path; `img_min`, `img_max`, `img_mean` and `img_std` are of the
/// stored values (population standard deviation), `img_pct_window` is the share of the modality values within the window.
/// As in fastai, statistics are 0 and the share is empty where pixels cannot be decoded. Other than fastai: sequences,
/// private attributes and bulk data are left out, and of several frames the first is measured.
public struct HeaderTable: Sendable {
  /// The titles.
  public let columns: [String]
  /// The cells, one row per file; empty where a file does not have the attribute.
  public let rows: [[String]]
  /// The files that are no DICOM files or cannot be opened; they have no row.
  public let unreadable: [DICOMError]

  /// The most values of an attribute that become columns.
  private static let maximumValues = 64
  /// SQLite's limit is 2000 columns.
  private static let maximumColumns = 1900

  /// Reads headers and pixels.
  ///
  /// - Parameters:
  ///   - paths: The files.
  ///   - window: The window of `img_pct_window` (`window`).
  ///   - readsPixels: Whether there are columns of pixel statistics (`px_summ`).
  ///   - threads: The number of threads. Default: all cores.
  ///   - progress: Called from any thread with the number of files that were read and of all.
  public init(
    fromDicoms paths: [String], window: DICOMIntensity.NamedWindow = .brain,
    readsPixels: Bool = true, threads: Int? = nil,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) {
    let done = SharedCounter()
    let results = concurrentMap(paths, threads: threads ?? ProcessLimits.cores) {
      path -> Result<HeaderRecord, DICOMError> in
      let record: Result<HeaderRecord, DICOMError>
      do throws(DICOMError) {
        record = .success(
          HeaderRecord(try DICOMFile(contentsOf: path), path, window, readsPixels))
      } catch {
        record = .failure(error)
      }
      let count = done.next()
      if count % 64 == 0 || count == paths.count { progress?(count, paths.count) }
      return record
    }
    var records: [HeaderRecord] = []
    var faults: [DICOMError] = []
    for result in results {
      switch result {
      case .success(let record): records.append(record)
      case .failure(let error): faults.append(error)
      }
    }
    unreadable = faults
    // Attributes by tag, with the most values that a file has.
    var widths: [DICOMTag: Int] = [:]
    for record in records {
      for (tag, values) in record.attributes {
        widths[tag] = max(widths[tag] ?? 0, min(values.count, Self.maximumValues))
      }
    }
    let order = widths.keys.sorted { ($0.group, $0.element) < ($1.group, $1.element) }
    var names: [String] = []
    var places: [(tag: DICOMTag, start: Int, count: Int)] = []
    for tag in order {
      guard let keyword = tag.keyword, let count = widths[tag], names.count < Self.maximumColumns
      else { continue }
      places.append((tag, names.count, count))
      if count > 1 { names.append("Multi\(keyword)") }
      names += (0..<count).map { $0 == 0 ? keyword : "\(keyword)\($0)" }
    }
    let statistics = readsPixels ? HeaderRecord.statisticNames : []
    columns = names + ["fname"] + statistics
    rows = records.map { record in
      var row = [String](repeating: "", count: names.count)
      for place in places {
        guard let values = record.attributes[place.tag] else { continue }
        let first = place.start + (place.count > 1 ? 1 : 0)
        if values.count > 1 { row[place.start] = "1" }
        for (index, value) in values.prefix(place.count).enumerated() { row[first + index] = value }
      }
      return row + [FileName.shown(record.path)] + (readsPixels ? record.statistics : [])
    }
  }

  /// Refuses a path whose extension is not that of a table.
  package static func checkName(_ path: String) throws(ScanError) {
    let name = PathParts(path).name
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard ["csv", "sqlite", "db"].contains(ending) else {
      throw ScanError(.unknownTable(name), path: path)
    }
  }

  /// Writes the table, as the extension of the path says (`.csv`, `.sqlite`, `.db`), readable by its owner only.
  ///
  /// An SQLite file has one table, `dicoms`, and is replaced if it exists.
  ///
  /// - Throws: `ScanError`.
  public func write(to path: String) throws(ScanError) {
    try Self.checkName(path)
    do {
      if path.lowercased().hasSuffix(".csv") {
        try AtomicFile.write(to: path) { file in
          fchmod(file.fileDescriptor, 0o600)
          var text = CSVLine.text(columns)
          for row in rows {
            text += CSVLine.text(row)
            if text.utf8.count > 1 << 20 {
              try file.write(contentsOf: Data(text.utf8))
              text = ""
            }
          }
          try file.write(contentsOf: Data(text.utf8))
        }
      } else {
        let bytes = try sqlite()
        try AtomicFile.write(to: path) { file in
          fchmod(file.fileDescriptor, 0o600)
          try file.write(contentsOf: bytes)
        }
      }
      chmod(path, 0o600)
    } catch let error as FileError {
      throw ScanError(.file(error.reason), path: path)
    } catch let error as DatabaseError {
      throw ScanError(.database(error.message ?? "\(error.resultCode)"), path: path)
    } catch {
      throw ScanError(.file(.unwritable(errno: EIO)), path: path)
    }
  }

  /// The bytes of a database with the table; numbers are numbers there.
  private func sqlite() throws -> Data {
    let folder = NSTemporaryDirectory() + "lightbox-table-\(UUID().uuidString)"
    guard mkdir(folder, 0o700) == 0 else {
      throw FileError(.folderNotCreated(errno: errno), path: folder)
    }
    TemporaryFiles.add(folder)
    defer { TemporaryFiles.finish(folder) { try? FileManager.default.removeItem(atPath: folder) } }
    let path = folder + "/table.sqlite"
    let database = try DatabaseQueue(path: path)
    try database.write { db in
      // Names are keywords of the dictionary; SQLite compares them without case.
      let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
      try db.execute(sql: "create table dicoms (\(list))")
      let marks = columns.map { _ in "?" }.joined(separator: ", ")
      let statement = try db.makeStatement(sql: "insert into dicoms values (\(marks))")
      for row in rows {
        let values = row.map { cell -> (any DatabaseValueConvertible)? in
          cell.isEmpty ? nil : Self.number(cell) ?? cell
        }
        try statement.setArguments(StatementArguments(values))
        try statement.execute()
      }
    }
    try database.close()
    return try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// A number that is written back as the same text; "007" stays text.
  private static func number(_ text: String) -> (any DatabaseValueConvertible)? {
    if let whole = Int(text), "\(whole)" == text { return whole }
    guard text.utf8.count <= 24, text.utf8.allSatisfy({ "0123456789.-e".utf8.contains($0) }),
      let value = Double(text), value.isFinite, "\(value)" == text
    else { return nil }
    return value
  }
}

extension DataScan {
  /// The headers of the scanned DICOM files with images, as `HeaderTable`.
  public func headerTable(
    threads: Int? = nil, progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) -> HeaderTable {
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    return HeaderTable(
      fromDicoms: files.filter { $0.kind == .dicom || $0.kind == .report }.map { start + $0.path },
      readsPixels: readsPixels, threads: threads, progress: progress)
  }
}
