import Console
import Files
import Foundation

/// Writes the table of epochs to a file, row by row, with unrounded values (fastai's `CSVLogger`).
///
/// A row is on disk when its epoch ends, and the file is not kept open. The first fit replaces an existing file, further
/// fits of the same logger append to it. A run that is resumed continues after the rows of its checkpoint: later rows
/// are dropped, and a file that was lost is written again.
public final class CSVLogger: ResumableCallback {
  /// Runs after the recorder.
  public let order = 60
  /// The file.
  public let path: String
  /// Whether an existing file is kept and appended to.
  private let append: Bool
  /// What stays at the beginning of the file.
  private var kept = 0
  /// What was written after that, over all fits.
  private var text = ""
  private var header = ""
  private var lastHeader = ""

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - path: The file; missing folders are created (`fname`).
  ///   - append: Whether an existing file is kept and appended to. The header is not repeated if it is the same.
  public init(_ path: String = "history.csv", append: Bool = false) {
    self.path = path
    self.append = append
  }

  /// Checks that the file can be written.
  ///
  /// - Throws: `FileError`.
  public func beforeFit(_ learner: Learner) throws {
    header = CSVLine.text(Self.columns(learner))
    let folder = PathParts(path).folder
    if !folder.isEmpty { try createFolder(folder) }
    try Self.add("", to: path)
    if text.isEmpty { kept = append ? try contents().count : 0 }
  }

  /// Writes the row of the epoch.
  ///
  /// - Throws: `FileError`.
  public func afterEpoch(_ learner: Learner) throws {
    guard let row = learner.recorder.rows.last, row.epoch == learner.epoch else { return }
    var cells = ["\(row.epoch)", "\(row.trainLoss)"]
    if learner.valid != nil {
      // An epoch that was canceled before validation has neither loss nor metrics.
      cells.append(row.validLoss.map { "\($0)" } ?? "")
      cells += learner.metrics.indices.map {
        row.metrics.indices.contains($0) ? "\(row.metrics[$0].value)" : ""
      }
    }
    try write(CSVLine.text(cells + [NumberFormat.clock(row.seconds)]))
  }

  private static func columns(_ learner: Learner) -> [String] {
    ["epoch", "train_loss"]
      + (learner.valid == nil ? [] : ["valid_loss"] + learner.metrics.map(\.name)) + ["time"]
  }

  private func write(_ row: String) throws {
    if text.isEmpty {
      let existing = append ? try contents() : Data()
      let first = existing.prefix { $0 != UInt8(ascii: "\n") } + [UInt8(ascii: "\n")]
      let isSame = Data(header.utf8) == first
      let newline = existing.isEmpty || existing.last == UInt8(ascii: "\n") ? "" : "\n"
      text = newline + (isSame ? row : header + row)
      if append { try Self.add(text, to: path) } else { try AtomicFile.write(text, to: path) }
    } else {
      // A fit with other columns has its own header.
      let lines = lastHeader == header ? row : header + row
      try Self.add(lines, to: path)
      text += lines
    }
    lastHeader = header
  }

  private func contents() throws -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw FileError(.unreadable(errno: systemCode(of: error) ?? EIO), path: path)
    }
  }

  /// Appends text and waits until it is on disk.
  private static func add(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.unwritable(errno: errno), path: path) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: Data(text.utf8))
      if !text.isEmpty { try file.synchronize() }
      try file.close()
    } catch {
      throw FileError(.unwritable(errno: systemCode(of: error) ?? EIO), path: path)
    }
  }

  // MARK: Resuming

  private struct Saved: Codable {
    var kept: Int
    var text: String
    var header: String
  }

  /// The rows so far.
  public func state() throws -> CallbackState {
    try CallbackState(Saved(kept: kept, text: text, header: lastHeader))
  }

  /// Writes the rows of the saved state, and drops later ones.
  ///
  /// - Throws: `FileError`.
  public func restore(_ state: CallbackState) throws {
    let saved = try state.values(as: Saved.self)
    (kept, text, lastHeader) = (saved.kept, saved.text, saved.header)
    guard append || !text.isEmpty else { return }
    let before = try contents().prefix(kept)
    let whole = before + Data(text.utf8)
    if try contents() != whole { try AtomicFile.write(whole, to: path) }
  }
}
