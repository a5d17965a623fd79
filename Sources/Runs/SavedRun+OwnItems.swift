public import DataBlocks
import Logbook
import Training

extension SavedRun {
  /// Items of the run's own data: of its table, compared with the parts that the run has stored.
  ///
  /// - Parameter split: "train", "valid", "test" or "all". Default: the test items if the table has any, else all.
  /// - Returns: The items, the name of the part, and warnings.
  /// - Throws: `DataError` if the table cannot be read, or if there are no such items.
  public func ownItems(split: String? = nil) throws(DataError) -> SelectedItems {
    let table = try description.plan(in: folder).table.read().labeled(for: predictor.target)
    // Parts that were drawn at random are only in the run.
    guard let split, let part = DataSplit(name: split), part != .test,
      description.plan.data.fold != nil || !table.items.contains(where: { $0.split == part }),
      let record = try SplitRecord(of: folder.path)
    else { return try select(table, split: split) }
    let known = Dictionary(
      table.items.map { (SplitRecord.absolute($0.path), $0) },
      uniquingKeysWith: { first, _ in first })
    let items = record.entries.filter { $0.split == part }.map { entry in
      DataItem(
        path: entry.path,
        label: known[entry.path]?.label ?? (entry.label.isEmpty ? nil : entry.label), split: part,
        patient: known[entry.path]?.patient)
    }
    guard !items.isEmpty else {
      throw DataError(
        .noItems("the split \"\(split)\""), path: description.plan(in: folder).table.path)
    }
    return SelectedItems(
      items: items, name: part.rawValue, trainedOn: part == .train ? items.count : 0,
      warnings: [])
  }
}
