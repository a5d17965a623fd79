import DataBlocks
import Files
import Foundation

/// The items that a run was trained and validated on: `split.csv` in its folder.
struct SplitRecord {
  struct Entry {
    let path: String
    let label: String
    let split: DataSplit
    let size: Int?
    let instance: String?
  }

  /// The columns.
  private static let columns = ["file", "label", "split", "size", "instance", "patient"]

  static let fileName = "split.csv"
  let entries: [Entry]

  /// Writes the items of a run.
  ///
  /// Patients have pseudonyms: who shares a run does not share their identifiers.
  ///
  /// - Throws: `FileError`.
  static func write(_ split: TrainingPlan.SplitItems, to folder: String) throws(FileError) {
    var text = CSVLine.text(columns)
    let pseudonyms = PatientPseudonyms()
    for (part, items) in [
      (DataSplit.train, split.train), (.valid, split.valid), (.test, split.test),
    ] {
      for item in items {
        let facts = split.facts[item.path]
        text += CSVLine.text([
          absolute(item.path), item.label ?? "", part.rawValue,
          facts?.identity.map { "\($0.size)" } ?? "", facts?.instance ?? "",
          pseudonyms(item.patient ?? facts?.patient),
        ])
      }
    }
    try AtomicFile.write(text, to: "\(folder)/\(fileName)")
  }

  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// Reads the record of a run; nil if it has none, as runs of older versions.
  ///
  /// - Throws: `DataError` if it was damaged.
  init?(of folder: String) throws(DataError) {
    let path = "\(folder)/\(Self.fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let table = try CSVTable(contentsOf: path)
    var entries: [Entry] = []
    for row in table.rows {
      guard let file = row["file"], !file.isEmpty else {
        throw DataError(.emptyFileName, path: path, line: row.line)
      }
      let name = row["split"] ?? ""
      guard let split = DataSplit(name: name) else {
        throw DataError(.unknownSplit(name), path: path, line: row.line)
      }
      let instance = row["instance"] ?? ""
      entries.append(
        Entry(
          path: file, label: row["label"] ?? "", split: split,
          size: row["size"].flatMap { Int($0) },
          instance: instance.isEmpty ? nil : instance))
    }
    self.entries = entries
  }

  /// The part that each of some items had in the run: by file, content, or SOP Instance UID; nil if it had none.
  func parts(of items: [DataItem]) -> [DataSplit?] {
    // Only files of the same size can have the same content.
    let sizes = Set(items.compactMap { FileIdentity($0.path)?.size })
    let candidates = entries.filter { $0.size.map(sizes.contains) ?? true }
    let facts = ItemFacts.gather(items.map(\.path) + candidates.map(\.path)).facts
    var files: [FileIdentity: DataSplit] = [:]
    var digests: [String: DataSplit] = [:]
    for (entry, fact) in zip(candidates, facts.dropFirst(items.count)) {
      if let identity = fact.identity { files[identity] = entry.split }
      if let digest = fact.digest { digests[digest] = entry.split }
    }
    func first(_ key: (Entry) -> String?) -> [String: DataSplit] {
      Dictionary(
        entries.compactMap { entry in key(entry).map { ($0, entry.split) } },
        uniquingKeysWith: { first, _ in first })
    }
    let (paths, instances) = (first(\.path), first(\.instance))
    return zip(items, facts).map { item, fact in
      fact.identity.flatMap { files[$0] } ?? fact.digest.flatMap { digests[$0] }
        ?? fact.instance.flatMap { instances[$0] } ?? paths[Self.absolute(item.path)]
    }
  }
}
