/// What can be wrong with data: a file, a table, a label.
public struct DataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Sendable, Equatable {
    /// The file cannot be read or decoded.
    case unreadable(reason: String)
    /// A line of a table is malformed.
    case badTable(line: Int, reason: String)
    /// A table lacks a column.
    case missingColumn(String, known: [String])
    /// A table names a file that is not there.
    case missingFile(String, line: Int)
    /// A label is empty or unknown.
    case badLabel(line: Int, reason: String)
    /// A split's name is none of the known ones.
    case badSplit(String, line: Int)
    /// Fewer than two classes.
    case oneClass(String?)
    /// No item is left for a purpose.
    case noItems(String)
    /// A label occurs in validation but not in training.
    case unknownLabel(String, known: [String])
    /// Patients stand on both sides of a split.
    case sharedPatients([String], between: String)
  }

  /// What is wrong.
  public let reason: Reason
  /// The file or table; nil where the fault is of the whole.
  public let path: String?

  /// Makes an error.
  public init(_ reason: Reason, path: String? = nil) {
    self.reason = reason
    self.path = path
  }

  /// One sentence: where, what, and the way out.
  public var description: String {
    let place = path.map { $0 + ": " } ?? ""
    switch reason {
    case .unreadable(let reason): return place + reason
    case .badTable(let line, let reason): return "\(path ?? "table"), line \(line): \(reason)"
    case .missingColumn(let name, let known):
      return place + "there is no column \"\(name)\"; there are \(known.joined(separator: ", "))"
    case .missingFile(let file, let line):
      return
        "\(path ?? "table"), line \(line): the file \(file) is not there; check the data folder"
    case .badLabel(let line, let reason): return "\(path ?? "table"), line \(line): \(reason)"
    case .badSplit(let name, let line):
      return
        "\(path ?? "table"), line \(line): \"\(name)\" is no split; use train, valid (or val) or test"
    case .oneClass(let label):
      return place
        + "all training items are labeled \"\(label ?? "")\": two classes at least are needed"
    case .noItems(let purpose): return place + "there is no item for \(purpose)"
    case .unknownLabel(let label, let known):
      return place + "the label \"\(label)\" is not in the training set, which has "
        + known.joined(separator: ", ")
    case .sharedPatients(let patients, let between):
      return place
        + "\(patients.count) patients stand on both sides of \(between), so the result would "
        + "be too good; split by patient"
    }
  }
}
