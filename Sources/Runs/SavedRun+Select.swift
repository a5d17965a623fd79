public import DataBlocks
import Logbook
import Training

/// Items that are evaluated.
public struct SelectedItems: Sendable {
  /// The items.
  public let items: [DataItem]
  /// The name of the part: "train", "valid", "test" or "all".
  public let name: String
  /// How many of them the model was trained on; nil if the run does not know.
  public let trainedOn: Int?
  /// What is odd about them.
  public let warnings: [DataWarning]

  init(items: [DataItem], name: String, trainedOn: Int?, warnings: [DataWarning]) {
    self.items = items
    self.name = name
    self.trainedOn = trainedOn
    self.warnings = warnings
  }

  /// Items of your own, of which nothing else is known.
  public init(items: [DataItem], name: String = "all") {
    self.init(items: items, name: name, trainedOn: nil, warnings: [])
  }
}

extension SavedModel {
  /// Items of a part of a table, compared with those of the training.
  ///
  /// If the table has no split, or the run is a fold of a cross-validation, items that the run knows have the part that
  /// they had in its own split.
  ///
  /// - Parameters:
  ///   - table: The table's content.
  ///   - split: "train", "valid", "test" or "all". Default: the test items if there are any, else all.
  ///   - skippingMissing: Whether some files may be missing.
  /// - Returns: The items, the name of the part, and warnings.
  /// - Throws: `DataError` if the name is unknown, if there are no such items, or if one of them has no label or file.
  public func select(
    _ table: LabeledItems, split: String? = nil, skippingMissing: Bool = false
  ) throws(DataError) -> SelectedItems {
    let table = try table.labeled(for: predictor.target)
    var items = table.items
    let record = try run.flatMap { run throws(DataError) in try SplitRecord(of: run.folder.path) }
    var parts: [DataSplit?]?
    // The training and validation images of the table are shared out anew by folds.
    let isFold = run?.description.plan.data.fold != nil
    if let record, table.columns.split == nil || isFold {
      let found = record.parts(of: items)
      for index in items.indices {
        let isTest = items[index].split == .test
        items[index].split = found[index] ?? (isTest ? .test : nil)
      }
      parts = found
    }
    // Without a split in the table, its parts are used if they are asked for.
    let usesAll =
      parts != nil && table.columns.split == nil
      && !table.items.contains { $0.split == .test }
    let selected: (items: [DataItem], name: String)
    do throws(DataError) {
      selected = try select(items, split: split ?? (usesAll ? "all" : nil))
    } catch {
      // The name of a part is an argument and not in the table.
      guard case .noItems = error.reason else { throw error }
      throw error.at(table.table.path)
    }
    let (chosen, name) = selected
    try table.check(chosen, readBy: predictor.pipeline, skippingMissing: skippingMissing)
    if parts != nil {
      parts = chosen.map(\.split)
    } else {
      parts = record?.parts(of: chosen)
    }
    let trained = parts?.count { $0 == .train }
    var warnings = table.warnings(predictor.target.itemsByLabel(chosen), isTraining: false)
    if let trained, trained > 0, DataSplit(name: name) != .train {
      warnings.append(DataWarning(.trainedOn(trained, of: chosen.count)))
    }
    if let valid = parts?.count(where: { $0 == .valid }), valid > 0,
      name == "all" || DataSplit(name: name) == .test
    {
      warnings.append(DataWarning(.validatedOn(valid, of: chosen.count)))
    }
    return SelectedItems(items: chosen, name: name, trainedOn: trained, warnings: warnings)
  }
}
