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
    /// Where the parts come from.
    let origin: SplitOrigin
    /// Patients in two parts; nil if no patient is known.
    let sharedPatients: Int?
    /// Items of training and validation whose patient is unknown.
    let unknownPatients: Int
    /// The numbers of images and patients of each part.
    let summary: SplitSummary
  }

  /// Splits by the table's column or the folders of parts, else at random.
  ///
  /// A random split keeps copies of an image in one part, and where it is by patient the images of a patient; the
  /// patients of DICOM headers count where the table names none, unless patients are declined.
  ///
  /// - Parameters:
  ///   - table: The items.
  ///   - testFraction: The share of a random split for the test.
  ///   - known: What identifies the items' files, if it is known already.
  /// - Returns: The items of each part.
  /// - Throws: `DataError` if an item that is used has no label or file, or if parts share an image or a patient.
  func split(
    _ table: LabeledItems, testFraction: Double = 0,
    facts known: (facts: [ItemFacts], placeholders: Int)? = nil
  ) throws -> SplitItems {
    let items = table.items
    let isGiven = table.columns.split != nil
    try table.check(
      isGiven
        ? items.filter { $0.split == .train || $0.split == .valid }
        : items.filter { $0.split != .test },
      readBy: pipeline, skippingMissing: unreadable == .skip)
    if let place = table.columns.splitPlace, data.folds == nil {
      try checkGivenSplit(place, testFraction: testFraction, path: table.table.path)
    }
    try checkAllowance(table)
    let (facts, placeholders) = known ?? facts(of: items)
    let proof = SplitProof(items, facts)
    var warnings: [DataWarning] = []
    var indices: (train: [Int], valid: [Int])
    var test = items.indices.filter { items[$0].split == .test }
    let method: String
    if let folds = data.folds {
      let found = try self.folds(of: table, proof, folds, &warnings)
      let fold = data.fold ?? 0
      func members(_ isValid: Bool) -> [Int] {
        found.compactMap { ($0.fold == fold) == isValid ? $0.index : nil }
      }
      indices = (members(false), members(true))
      method =
        "fold \(fold) of \(folds), stratified, "
        + (proof.knowsPatients
          ? "by patient" : proof.grouped.images > 0 ? "copies together" : "by image")
    } else if let place = table.columns.splitPlace {
      indices = ColSplitter().split(items)
      method = "by \(place)"
    } else {
      var used = items.indices.filter { items[$0].split != .test }
      if testFraction > 0 {
        let drawn = try draw(used, testFraction, proof, table)
        test = (test + drawn.valid).sorted()
        used = drawn.train
      }
      let drawn = try draw(used, validFraction / (1 - testFraction), proof, table)
      indices = (drawn.train, drawn.valid)
      method = drawn.method
      if data.split != .random, data.split != .stratified { warnGrouped(proof, &warnings) }
    }
    if table.columns.split == nil, data.folds == nil {
      for (drawn, option, share) in [
        (indices.valid, "--valid-pct", validFraction), (test, "--test-pct", testFraction),
      ] where drawn.isEmpty && share > 0 {
        throw DataError(
          .labels(.emptyShare(option: option, share, of: items.count)), path: table.table.path)
      }
    }
    func part(_ indices: [Int]) -> [DataItem] { indices.map { items[$0] } }
    let (train, valid) = (part(indices.train), part(indices.valid))

    let parts: [DataSplit: [Int]] = [.train: indices.train, .valid: indices.valid, .test: test]
    let overlaps = proof.overlaps(of: parts)
    if !overlaps.isEmpty, !allowsSharedPatients {
      // Folders may give the test images only.
      let givesTest = items.contains { $0.split == .test }
      let isDrawn =
        data.folds == nil && table.columns.split == nil
        && overlaps.contains { !givesTest || !$0.parts.contains(.test) }
      throw DataError(
        .table(
          .overlaps(
            overlaps, drawnBy: isDrawn ? data.split.rawValue.replacing("_", with: "-") : nil,
            redraw: "--split-column none" + (data.folds == nil ? " --split patient" : ""))),
        path: table.table.path)
    }
    warnings += overlaps.map { DataWarning(.overlap($0)) }
    warnings += proof.repeats(in: parts).map { DataWarning(.repeated($0)) }
    if placeholders > 0 { warnings.append(DataWarning(.constantPatient(placeholders))) }
    if let unknown = table.unknownPatients(facts) { warnings.append(unknown) }
    let block = data.block()
    warnings += table.warnings(
      block.itemsByLabel(train + valid), others: block.itemsByLabel(part(test)))
    warnings += testWarnings(table, part(test), vocab: Set(train.flatMap(block.labels)), block)
    let origin: SplitOrigin =
      data.folds != nil
      ? .folds
      : table.columns.split != nil
        ? .given(byPatient: proof.knowsPatients)
        : data.split == .stratified || data.split == .stratifiedPatient
          ? .stratified : .drawn(byPatient: proof.knowsPatients)
    let byPath = Dictionary(
      zip(items.map(\.path), facts), uniquingKeysWith: { first, _ in first })
    if let warning = unvalidatedWarning(train, valid, origin, byPath, after: warnings) {
      warnings.append(warning)
    }
    let patients = overlaps.filter { $0.kind == .patient || $0.kind == .headerPatient }
    return SplitItems(
      train: train, valid: valid, test: part(test),
      facts: byPath, warnings: warnings, method: method, origin: origin,
      sharedPatients: proof.knowsPatients ? patients.reduce(0) { $0 + $1.count } : nil,
      unknownPatients: (indices.train + indices.valid).count {
        items[$0].patient == nil && facts[$0].patient == nil
      },
      summary: proof.summary(
        of: parts, method: method, patientColumn: table.columns.patient, labels: block.labels))
  }

  /// What identifies the items' files; without the patients of their headers, if patients are declined.
  func facts(of items: [DataItem]) -> (facts: [ItemFacts], placeholders: Int) {
    var (facts, placeholders) = ItemFacts.gather(items.map(\.path))
    guard table.patientColumn == "" else { return (facts, placeholders) }
    for index in facts.indices { facts[index].patient = nil }
    placeholders = 0
    return (facts, placeholders)
  }

  /// The fold of each item that is not for the test.
  ///
  /// - Throws: `DataError` if validation items are given, or if the folds cannot be formed.
  func folds(
    of table: LabeledItems, _ proof: SplitProof, _ folds: Int, _ warnings: inout [DataWarning]
  ) throws(DataError) -> [(index: Int, fold: Int)] {
    let items = table.items
    if let column = table.columns.split, items.contains(where: { $0.split == .valid }) {
      throw DataError(.table(.foldsWithSplit(column)), path: table.table.path)
    }
    let used = items.indices.filter { items[$0].split != .test }
    let grouped = grouped(used, proof)
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
    warnGrouped(proof, &warnings)
    return zip(used, found).map { ($0, $1) }
  }

  /// Items whose "patient" is what has to stay together.
  private func grouped(_ used: [Int], _ proof: SplitProof) -> [DataItem] {
    let groups = proof.groups()
    return used.map { index in
      let item = proof.item(index)
      return DataItem(path: item.path, label: item.label, patient: "\(groups[index])")
    }
  }

  private func warnGrouped(_ proof: SplitProof, _ warnings: inout [DataWarning]) {
    let (patients, images) = proof.grouped
    if patients > 0 || images > 0 {
      warnings.append(DataWarning(.grouped(patients: patients, images: images)))
    }
  }

  /// Draws a share of some items, by the kind of the plan.
  private func draw(
    _ used: [Int], _ fraction: Double, _ proof: SplitProof, _ table: LabeledItems
  ) throws -> (train: [Int], valid: [Int], method: String) {
    let seed = UInt32(truncatingIfNeeded: seed)
    let items = used.map { proof.item($0) }
    let needsPatients = data.split == .patient || data.split == .stratifiedPatient
    if needsPatients, !proof.knowsPatients {
      throw DataError(.labels(.noPatients), path: table.table.path)
    }
    let (patients, images) = proof.grouped
    let isFlat = patients == 0 && images == 0 && items.allSatisfy { $0.patient == nil }
    let method: String
    let found: (train: [Int], valid: [Int])
    switch data.split {
    case .automatic where isFlat:
      found = RandomSplitter(validFraction: fraction, seed: seed).split(items)
      method = proof.knowsPatients ? "at random, one image per patient" : "at random, by image"
    case .automatic, .patient:
      found = PatientSplitter(validFraction: fraction, seed: seed).split(grouped(used, proof))
      method = proof.knowsPatients ? "at random, by patient" : "at random, copies together"
    case .random:
      found = RandomSplitter(validFraction: fraction, seed: seed).split(items)
      method = "at random, by image"
    case .stratified:
      found = TrainTestSplitter(validFraction: fraction, seed: seed).split(items)
      method = "at random, by image, stratified"
    case .stratifiedPatient:
      found = StratifiedPatientSplitter(validFraction: fraction, seed: seed)
        .split(grouped(used, proof))
      method = "at random, by patient, stratified"
    }
    return (found.train.map { used[$0] }, found.valid.map { used[$0] }, method)
  }

  /// Refuses parts that cannot be trained and validated with.
  ///
  /// - Throws: `DataError` if one is empty, if a class has validation images only, or if a label is not as many numbers
  ///   as the target has.
  func check(_ items: SplitItems) throws(DataError) {
    for (part, name) in [(items.train, "training"), (items.valid, "validation")]
    where part.isEmpty { throw DataError(.noItems(name), path: table.path) }
    let block: any TargetBlock
    do throws(DataError) {
      block = try data.block().fitted(to: items.train)
    } catch {
      throw error.at(table.path)
    }
    guard !block.vocab.isEmpty else {
      for item in items.train + items.valid {
        guard let label = item.label else { continue }
        do throws(DataError) { try block.check(label) } catch { throw error.at(item.path) }
      }
      return
    }
    let known = Set(block.vocab)
    var counts: [String: Int] = [:]
    for label in items.valid.flatMap(block.labels) where !known.contains(label) {
      counts[label, default: 0] += 1
    }
    guard !counts.isEmpty else { return }
    let groups = Self.groups(items.valid, items.facts, block)
    throw DataError(
      .labels(
        .onlyInValidation(
          counts.keys.sorted(), items.origin,
          hasSingle: counts.keys.contains { groups[$0]?.count == 1 })), path: table.path)
  }

  /// The patients who have each class, or images whose patient is not known.
  private static func groups(
    _ items: [DataItem], _ facts: [String: ItemFacts], _ block: any TargetBlock
  ) -> [String: Set<String>] {
    var groups: [String: Set<String>] = [:]
    for item in items {
      let patient = item.patient ?? facts[item.path]?.patient
      for label in block.labels(of: item) {
        groups[label, default: []].insert(patient.map { "patient \($0)" } ?? item.path)
      }
    }
    return groups
  }

  /// The target, with what it learns from training items if these suffice.
  private func fittedBlock(_ train: [DataItem]) -> any TargetBlock {
    let block = data.block()
    return (try? block.fitted(to: train)) ?? block
  }

  /// The classes of training items that no validation item has, sorted.
  func unvalidatedClasses(_ train: [DataItem], _ valid: [DataItem]) -> [String] {
    let block = fittedBlock(train)
    return Set(train.flatMap(block.labels)).subtracting(valid.flatMap(block.labels)).sorted()
  }

  /// What to say of classes that no validation item has; nil if all have one, or if it is said already.
  private func unvalidatedWarning(
    _ train: [DataItem], _ valid: [DataItem], _ origin: SplitOrigin, _ facts: [String: ItemFacts],
    after warnings: [DataWarning]
  ) -> DataWarning? {
    var names = unvalidatedClasses(train, valid)
    if origin == .folds {
      let said = Set(
        warnings.compactMap { warning in
          if case .fewerPatientsThanFolds(let name, _, _) = warning.reason { name } else { nil }
        })
      names.removeAll(where: said.contains)
    }
    // Without a validation item there is an error.
    guard !valid.isEmpty, !names.isEmpty else { return nil }
    let groups = Self.groups(train, facts, fittedBlock(train))
    return DataWarning(
      .unvalidatedClasses(names, origin, areSingle: names.allSatisfy { groups[$0]?.count == 1 }))
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
