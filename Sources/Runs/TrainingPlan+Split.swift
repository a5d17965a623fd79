import DataBlocks
import Files

extension TrainingPlan {
  /// The items of a table in their parts, and what the comparison of the parts found.
  struct SplitItems {
    let train: [DataItem]
    let valid: [DataItem]
    let test: [DataItem]
    /// What identifies the items' files, by path.
    let facts: [String: ItemFacts]
    let warnings: [DataWarning]
    /// How the items were divided: "by the column split", "at random, by patient".
    let method: String
    /// Patients in two parts; nil if no patient is known.
    let sharedPatients: Int?
    /// Items of training and validation whose patient is unknown.
    let unknownPatients: Int
  }

  /// Splits by the table's column, else at random.
  ///
  /// A random split keeps the images of a patient in one part, and copies of an image too; the patients of DICOM
  /// headers count where the table names none.
  ///
  /// - Throws: `DataError` if an item that is used has no label or file, or if parts share an image or a patient.
  func split(_ table: LabeledItems) throws -> SplitItems {
    let items = table.items
    let isGiven = table.columns.split != nil
    try table.check(
      isGiven ? items.filter { $0.split == .train || $0.split == .valid } : items,
      readBy: pipeline, skippingMissing: unreadable == .skip)
    let (facts, placeholders) = ItemFacts.gather(items.map(\.path))
    let proof = SplitProof(items, facts)
    var warnings: [DataWarning] = []
    let indices: (train: [Int], valid: [Int])
    let method: String
    if let folds = data.folds {
      (indices, method) = try split(table, proof, folds: folds, &warnings)
    } else if let column = table.columns.split {
      indices = ColSplitter().split(items)
      method = "by the column \(column.visible)"
    } else {
      let splitter: any Splitter
      (splitter, method) = randomSplitter(items, proof, &warnings)
      indices = try splitter.split(
        zip(items, proof.groups()).map { DataItem(path: $0.path, patient: "\($1)") })
    }
    let test = !isGiven ? [] : items.indices.filter { items[$0].split == .test }
    func part(_ indices: [Int]) -> [DataItem] { indices.map { items[$0] } }
    let (train, valid) = (part(indices.train), part(indices.valid))

    let parts: [DataSplit: [Int]] = [.train: indices.train, .valid: indices.valid, .test: test]
    let overlaps = proof.overlaps(of: parts)
    if !overlaps.isEmpty, !allowsSharedPatients {
      throw DataError(.table(.overlaps(overlaps)), path: table.table.path)
    }
    warnings += overlaps.map { DataWarning(.overlap($0)) }
    warnings += proof.repeats(in: parts).map { DataWarning(.repeated($0)) }
    if placeholders > 0 { warnings.append(DataWarning(.constantPatient(placeholders))) }
    if let unknown = table.unknownPatients(facts) { warnings.append(unknown) }
    let block = data.block()
    warnings += table.warnings(block.itemsByLabel(train + valid))
    warnings += testWarnings(table, part(test), vocab: Set(train.flatMap(block.labels)), block)
    let patients = overlaps.filter { $0.kind == .patient || $0.kind == .headerPatient }
    return SplitItems(
      train: train, valid: valid, test: part(test),
      facts: Dictionary(zip(items.map(\.path), facts), uniquingKeysWith: { first, _ in first }),
      warnings: warnings, method: method,
      sharedPatients: proof.knowsPatients ? patients.reduce(0) { $0 + $1.count } : nil,
      unknownPatients: (indices.train + indices.valid).count {
        items[$0].patient == nil && facts[$0].patient == nil
      })
  }

  /// The fold of the plan against the others; test items of the table are in neither.
  private func split(
    _ table: LabeledItems, _ proof: SplitProof, folds: Int, _ warnings: inout [DataWarning]
  ) throws(DataError) -> (indices: (train: [Int], valid: [Int]), method: String) {
    let items = table.items
    if let column = table.columns.split, items.contains(where: { $0.split == .valid }) {
      throw DataError(.table(.foldsWithSplit(column)), path: table.table.path)
    }
    let used = items.indices.filter { items[$0].split != .test }
    let groups = proof.groups()
    let grouped = used.map {
      DataItem(path: items[$0].path, label: items[$0].label, patient: "\(groups[$0])")
    }
    let found: [Int]
    do {
      found = try StratifiedGroupKFold(
        foldCount: folds, seed: UInt32(truncatingIfNeeded: seed)
      ).folds(of: grouped)
    } catch {
      throw error.at(table.table.path)
    }
    for (name, members) in Dictionary(grouping: grouped, by: { $0.label ?? "" })
      .sorted(by: { $0.key < $1.key })
    {
      let patients = Set(members.map(\.patient)).count
      if patients < folds {
        warnings.append(
          DataWarning(.fewerPatientsThanFolds(name, patients: patients, folds: folds)))
      }
    }
    let (patients, images) = proof.grouped
    if patients > 0 || images > 0 {
      warnings.append(DataWarning(.grouped(patients: patients, images: images)))
    }
    let fold = data.fold ?? 0
    func indices(_ isValid: Bool) -> [Int] {
      zip(used, found).compactMap { ($1 == fold) == isValid ? $0 : nil }
    }
    return (
      (indices(false), indices(true)),
      "fold \(fold) of \(folds), stratified, "
        + (proof.knowsPatients
          ? "by patient" : proof.grouped.images > 0 ? "copies together" : "by image")
    )
  }

  private func randomSplitter(
    _ items: [DataItem], _ proof: SplitProof, _ warnings: inout [DataWarning]
  ) -> (any Splitter, method: String) {
    let seed = UInt32(truncatingIfNeeded: seed)
    let (patients, images) = proof.grouped
    if patients > 0 || images > 0 {
      warnings.append(DataWarning(.grouped(patients: patients, images: images)))
    } else if items.allSatisfy({ $0.patient == nil }) {
      return (
        RandomSplitter(validFraction: validFraction, seed: seed),
        proof.knowsPatients ? "at random, one image per patient" : "at random, by image"
      )
    }
    return (
      PatientSplitter(validFraction: validFraction, seed: seed),
      proof.knowsPatients ? "at random, by patient" : "at random, copies together"
    )
  }

  /// Test items are not used in training, so what they lack is no error.
  private func testWarnings(
    _ table: LabeledItems, _ test: [DataItem], vocab: Set<String>, _ block: any TargetBlock
  ) -> [DataWarning] {
    var warnings: [DataWarning] = []
    let unlabeled = test.count { $0.label == nil }
    if unlabeled > 0 { warnings.append(DataWarning(.unlabeledRows(unlabeled, in: "test"))) }
    let missing = table.missingCount(test)
    if missing > 0 { warnings.append(DataWarning(.missingFiles(missing, in: "test"))) }
    let others = Set(test.flatMap(block.labels)).subtracting(vocab)
    if !others.isEmpty { warnings.append(DataWarning(.untrainedClasses(others.sorted()))) }
    return warnings
  }
}
