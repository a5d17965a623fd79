public import DataBlocks
import Logbook

extension SavedRun {
  /// Items of the run's own data: of its table, compared with the parts that the run has stored.
  ///
  /// - Parameter split: "train", "valid", "test" or "all". Default: the test items if the table has any, else all.
  /// - Returns: The items, the name of the part, and warnings.
  /// - Throws: `DataError` if the table cannot be read, or if there are no such items.
  public func ownItems(split: String? = nil) throws(DataError) -> SelectedItems {
    let table = try description.plan.table.read()
    // Parts that were drawn at random are only in the run.
    guard let split, let part = DataSplit(name: split), part != .test,
      !table.items.contains(where: { $0.split == part }),
      let record = try SplitRecord(of: folder.path)
    else { return try select(table, split: split) }
    let patients = Dictionary(
      table.items.map { ($0.path, $0.patient) }, uniquingKeysWith: { first, _ in first })
    let items = record.entries.filter { $0.split == part }.map {
      DataItem(path: $0.path, split: part, patient: patients[$0.path] ?? nil)
    }
    guard !items.isEmpty else { throw DataError(.noItems("the split \"\(split)\"")) }
    return SelectedItems(
      items: items, name: part.rawValue, trainedOn: part == .train ? items.count : 0,
      warnings: [])
  }
}
