public import DataBlocks
public import Files
import Foundation

/// A split as a table: what `lightbox data split` writes, and `lightbox train --labels` reads.
public struct SplitTable: Sendable {

  /// The numbers of images and patients of each part; one summary per fold, if there are folds.
  public let summaries: [SplitSummary]
  /// What is odd about the data.
  public let warnings: [DataWarning]
  /// Files that do not exist or cannot be read, and were left out, with the reasons.
  public let skipped: [DataError]
  /// The columns or folders that were used.
  public let columns: TableColumns
  private let rows: [[String]]
  private let names: [String]

  /// Divides the images of a plan, as its training would.
  ///
  /// - Parameters:
  ///   - plan: Images, labels, seed, `data.split`, `data.validFraction` or `data.folds`, and `unreadable`: with `.skip`,
  ///     all files are read, and those that cannot be read are left out.
  ///   - testFraction: The share for the test (`test_size`), drawn first; 0: none but what is given.
  /// - Throws: `DataError` if an item has no label or file, or if parts share an image or a patient.
  /// - Precondition: The shares for validation and test are less than 1 together.
  public init(_ plan: TrainingPlan, testFraction: Double = 0) throws {
    precondition(
      testFraction >= 0 && testFraction + plan.validFraction < 1,
      "\(plan.validFraction) for validation and \(testFraction) for the test")
    var content = try plan.readItems()
    skipped =
      plan.unreadable == .skip ? try content.leaveOutUnreadable(by: plan.pipeline) : []
    columns = content.columns
    let folder = plan.table.folder
    let pseudonyms = PatientPseudonyms()
    func cells(_ item: DataItem, _ facts: ItemFacts?) -> [String] {
      let prefix = folder + (folder.hasSuffix("/") ? "" : "/")
      let name = item.path.hasPrefix(prefix) ? String(item.path.dropFirst(prefix.count)) : item.path
      return [name, item.label ?? "", pseudonyms(item.patient ?? facts?.patient)]
    }
    let headers = ["file", "label", "patient"]
    guard let folds = plan.data.folds else {
      let split = try plan.split(content, testFraction: testFraction)
      try plan.check(split)
      summaries = [split.summary]
      warnings = split.warnings + Self.saltWarning(pseudonyms, of: [split])
      names = headers + ["split"]
      rows = [(DataSplit.train, split.train), (.valid, split.valid), (.test, split.test)]
        .flatMap { part, items in
          items.map { (SplitTable.place($0), cells($0, split.facts[$0.path]) + [part.rawValue]) }
        }
        .sorted { $0.0 < $1.0 }.map(\.1)
      return
    }
    var summaries: [SplitSummary] = []
    var warnings: [DataWarning] = []
    var parts: [String: (item: DataItem, facts: ItemFacts?, cells: [String])] = [:]
    let facts = plan.facts(of: content.items)
    for fold in 0..<folds {
      var plan = plan
      plan.data.fold = fold
      let split = try plan.split(content, facts: facts)
      summaries.append(split.summary)
      try plan.check(split)
      if fold == 0 { warnings = split.warnings + Self.saltWarning(pseudonyms, of: [split]) }
      for (part, items) in [
        (DataSplit.train, split.train), (.valid, split.valid), (.test, split.test),
      ] {
        for item in items {
          var entry = parts[item.path] ?? (item, split.facts[item.path], [""])
          if part == .valid { entry.cells[0] = "\(fold)" }
          entry.cells.append(part.rawValue)
          parts[item.path] = entry
        }
      }
    }
    self.summaries = summaries
    self.warnings = warnings
    names = headers + ["fold"] + (0..<folds).map { "split\($0)" }
    rows = parts.values.sorted { SplitTable.place($0.item) < SplitTable.place($1.item) }
      .map { cells($0.item, $0.facts) + $0.cells }
  }

  private static func saltWarning(
    _ pseudonyms: PatientPseudonyms, of splits: [TrainingPlan.SplitItems]
  ) -> [DataWarning] {
    splits.contains { $0.summary.patientSource != nil }
      ? [pseudonyms.warning].compactMap(\.self) : []
  }

  /// Items in the order of their lines, or of their paths.
  private static func place(_ item: DataItem) -> (Int, String) { (item.line ?? 0, item.path) }

  /// Writes the table: `file,label,patient,split`, or with folds `file,label,patient,fold,split0,split1,…`.
  ///
  /// Files are relative to the data folder. Patients have pseudonyms.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(
      CSVLine.text(names) + rows.map { CSVLine.text($0) }.joined(), to: path)
  }
}
