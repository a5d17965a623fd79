import Files

/// The items of a table, the columns they were read from, and what is odd about them.
public struct LabeledItems: Sendable {
  /// The table.
  public let table: LabelTable
  /// One item per row.
  public package(set) var items: [DataItem]
  /// The columns that were used.
  public let columns: TableColumns
  /// The indices of items whose file does not exist.
  private(set) var missing: [Int]
  /// Folders that cannot be read.
  private let unreadableFolders: [FileError]
  /// Files without an item, as what would give their label cannot be read.
  private let faults: [DataError]
  /// What was odd when the items were read.
  private let ownWarnings: [DataWarning]

  init(
    table: LabelTable, items: [DataItem], columns: TableColumns, missing: [Int],
    unreadableFolders: [FileError] = [], faults: [DataError] = [], warnings: [DataWarning] = []
  ) {
    self.unreadableFolders = unreadableFolders
    self.faults = faults
    var items = items
    ownWarnings = warnings + ClassSpelling.normalize(&items)
    self.table = table
    self.items = items
    self.columns = columns
    self.missing = missing
  }

  /// Checks that items have labels, and files that exist.
  ///
  /// - Parameters:
  ///   - used: Those of `items` that are used.
  ///   - skippingMissing: Whether some files may be missing, as long as one exists.
  /// - Throws: `DataError` with all of them: the first ones and their number.
  public func check(_ used: [DataItem], skippingMissing: Bool = false) throws(DataError) {
    if !skippingMissing {
      guard unreadableFolders.isEmpty else {
        throw DataError(.labels(.unreadableFolders(unreadableFolders)), path: table.folder)
      }
      if faults.count == 1 { throw faults[0] }
      guard faults.isEmpty else {
        let count = items.count + faults.count
        throw DataError(
          .unreadableFiles(faults, checked: count, count: count), path: table.folder)
      }
    }
    let absent = absent(used)
    if let first = absent.first, !skippingMissing || absent.count == used.count {
      let hint = MissingFileHint.find(
        absent.prefix(1000).map { name(of: items[$0]) }, folder: table.folder, table: table.path)
      throw DataError(
        .table(
          .missingFiles(
            absent.prefix(5).map { items[$0].path }, count: absent.count, of: used.count,
            hint: hint)), path: table.path, line: items[first].line)
    }
    let unlabeled = used.filter { $0.label == nil }
    if let first = unlabeled.first {
      throw DataError(
        .table(
          .emptyLabels(
            lines: unlabeled.prefix(5).compactMap(\.line), count: unlabeled.count)),
        path: table.path, line: first.line)
    }
  }

  /// The same items for a target block; an empty cell is a label where the block says so.
  ///
  /// - Throws: `DataError` if an item has several labels, and the target is one class.
  package func labeled(for target: any TargetBlock) throws(DataError) -> LabeledItems {
    var found = self
    if columns.hasSeveralLabels {
      let severalLabels = KnownTable.severalLabels
      if target is MultiCategoryBlock {
        for index in items.indices {
          let names = items[index].label.map { $0.split(separator: severalLabels) } ?? []
          found.items[index].label = names.map { String($0).trimmed }
            .filter { $0 != KnownTable.noFinding && !$0.isEmpty }.joined(separator: severalLabels)
        }
        return found
      }
      if let item = items.first(where: { $0.label?.contains(severalLabels) == true }) {
        throw DataError(
          .labels(.severalLabels(item.label ?? "", format: KnownTable.nih.name)), path: table.path,
          line: item.line)
      }
    }
    guard target.acceptsEmptyLabel else { return self }
    for index in found.items.indices where found.items[index].label == nil {
      found.items[index].label = ""
    }
    return found
  }

  /// Removes items by their indices.
  mutating func leaveOut(_ indices: Set<Int>) {
    let absent = Set(missing)
    let kept = items.indices.filter { !indices.contains($0) }
    missing = kept.indices.filter { absent.contains(kept[$0]) }
    items = kept.map { items[$0] }
  }

  /// The number of items whose file does not exist.
  package func missingCount(_ used: [DataItem]) -> Int { absent(used).count }

  /// The name in the table.
  private func name(of item: DataItem) -> String {
    guard !table.folder.isEmpty else { return item.path }
    let folder = table.folder + (table.folder.hasSuffix("/") ? "" : "/")
    return item.path.hasPrefix(folder) ? String(item.path.dropFirst(folder.count)) : item.path
  }

  private func absent(_ used: [DataItem]) -> [Int] {
    if missing.isEmpty { return [] }
    let paths = Set(used.map(\.path))
    return missing.filter { paths.contains(items[$0].path) }
  }

  /// What is odd about the labels of some items.
  ///
  /// - Parameters:
  ///   - used: Those of `items` that are used.
  ///   - others: Items that are not used for training, whose names of classes are only compared.
  ///   - isTraining: Whether classes with a single item matter.
  /// - Returns: A warning per class or group of classes.
  public func warnings(
    _ used: [DataItem], others: [DataItem] = [], isTraining: Bool = true
  ) -> [DataWarning] {
    let leftOut = unreadableFolders.map { "\($0)" } + faults.map { "\($0)" }
    return ownWarnings
      + (leftOut.isEmpty ? [] : [DataWarning(.leftOut(leftOut.count, first: leftOut[0]))])
      + DataWarning.classes(of: used, others: others, isTraining: isTraining)
  }

  /// The rows whose patient is unknown, if the table names patients; an empty column names none.
  ///
  /// - Parameter facts: The facts of the files of `items`.
  /// - Returns: nil if all are known.
  package func unknownPatients(_ facts: [ItemFacts]) -> DataWarning? {
    let unknown = items.indices.filter { items[$0].patient == nil }
    guard columns.patient != nil, !unknown.isEmpty, unknown.count < items.count else { return nil }
    let known = unknown.count { facts[$0].patient != nil }
    return DataWarning(.unknownPatients(unknown.count, of: items.count, inHeaders: known))
  }
}
