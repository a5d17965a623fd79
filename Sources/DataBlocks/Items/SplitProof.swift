import Files

/// Compares the parts of the data: by file, by content, by SOP Instance UID, by patient.
package struct SplitProof: Sendable {
  let items: [DataItem]
  let facts: [ItemFacts]

  /// - Parameters:
  ///   - items: All items.
  ///   - facts: Theirs, in the same order.
  package init(_ items: [DataItem], _ facts: [ItemFacts]) {
    precondition(items.count == facts.count, "\(items.count) items, \(facts.count) facts")
    self.items = items
    self.facts = facts
  }

  /// An item by its index.
  package func item(_ index: Int) -> DataItem { items[index] }

  /// Whether a patient is known of any item.
  package var knowsPatients: Bool {
    items.contains { $0.patient != nil } || facts.contains { $0.patient != nil }
  }

  /// The patients of DICOM headers that count: those of at least one item whose patient the table does not name.
  var headerPatients: Set<String> {
    Set(items.indices.compactMap { items[$0].patient == nil ? facts[$0].patient : nil })
  }

  /// What is in two parts, of each pair of parts.
  package func overlaps(of parts: [DataSplit: [Int]]) -> [SplitOverlap] {
    let order = DataSplit.allCases.filter { parts[$0]?.isEmpty == false }
    var found: [SplitOverlap] = []
    for (i, first) in order.enumerated() {
      for second in order[(i + 1)...] {
        found += overlaps(first, parts[first] ?? [], second, parts[second] ?? [])
      }
    }
    return found
  }

  /// Images that are more than once in one part.
  package func repeats(in parts: [DataSplit: [Int]]) -> [SplitOverlap] {
    DataSplit.allCases.compactMap { part in
      let indices = parts[part] ?? []
      var groups = Groups(count: items.count)
      joinImages(&groups, indices)
      let repeated = groups.members(of: indices).filter { $0.count > 1 }
      guard !repeated.isEmpty else { return nil }
      return SplitOverlap(
        .file, [part], count: repeated.count,
        examples: repeated.prefix(3).map { $0.prefix(3).map(place) },
        conflicts: repeated.count { Set($0.compactMap { items[$0].label }).count > 1 })
    }
  }

  /// A number per item; items with one patient or one image have the same.
  package func groups() -> [Int] {
    var groups = Groups(count: items.count)
    joinImages(&groups, Array(items.indices))
    join(&groups, Array(items.indices)) { items[$0].patient }
    let known = headerPatients
    join(&groups, Array(items.indices)) { index in
      facts[index].patient.flatMap { known.contains($0) ? $0 : nil }
    }
    return items.indices.map { groups.root($0) }
  }

  /// The number of patients of DICOM headers with several items, and of items that are the same image as another.
  package var grouped: (patients: Int, images: Int) {
    let known = headerPatients
    var counts: [String: Int] = [:]
    for fact in facts {
      if let patient = fact.patient, known.contains(patient) { counts[patient, default: 0] += 1 }
    }
    var groups = Groups(count: items.count)
    joinImages(&groups, Array(items.indices))
    let repeated = groups.members(of: Array(items.indices)).filter { $0.count > 1 }
    return (counts.values.count { $0 > 1 }, repeated.reduce(0) { $0 + $1.count })
  }

  private func overlaps(
    _ first: DataSplit, _ a: [Int], _ second: DataSplit, _ b: [Int]
  ) -> [SplitOverlap] {
    var found: [SplitOverlap] = []
    func add(_ kind: SplitOverlap.Kind, _ pairs: [(Int, Int)]) {
      guard !pairs.isEmpty else { return }
      let sorted = pairs.sorted { $0 < $1 }
      found.append(
        SplitOverlap(
          kind, [first, second], count: pairs.count,
          examples: sorted.prefix(3).map { [place($0.0), place($0.1)] },
          conflicts: kind.isOfPatient
            ? 0
            : pairs.count { pair in
              guard let one = items[pair.0].label, let other = items[pair.1].label else {
                return false
              }
              return one != other
            }))
    }
    let files = shared(a, b, \.identity) + shared(a, b, \.digest)
    var seen: Set<Int> = []
    add(.file, files.filter { seen.insert($0.1).inserted })
    add(.instance, shared(a, b, \.instance).filter { !seen.contains($0.1) })
    add(.patient, shared(a, b) { items[$0].patient })
    let known = headerPatients
    func header(_ isNamed: Bool?) -> (Int) -> String? {
      { index in
        guard isNamed == nil || isNamed == (items[index].patient != nil) else { return nil }
        return facts[index].patient.flatMap { known.contains($0) ? $0 : nil }
      }
    }
    var pairs: [String: (Int, Int)] = [:]
    for (left, right) in [(false, nil), (true, false)] as [(Bool, Bool?)] {
      for pair in shared(a, b, left: header(left), right: header(right)) {
        if let name = facts[pair.0].patient, pairs[name] == nil { pairs[name] = pair }
      }
    }
    add(.headerPatient, Array(pairs.values))
    return found
  }

  /// Pairs of the first items with equal keys on both sides, one per key.
  private func shared<Key: Hashable>(
    _ a: [Int], _ b: [Int], left: (Int) -> Key?, right: (Int) -> Key?
  ) -> [(Int, Int)] {
    var firsts: [Key: Int] = [:]
    for index in a {
      if let key = left(index), firsts[key] == nil { firsts[key] = index }
    }
    var taken: Set<Key> = []
    return b.compactMap { index in
      guard let key = right(index), let first = firsts[key], taken.insert(key).inserted else {
        return nil
      }
      return (first, index)
    }
  }

  private func shared<Key: Hashable>(_ a: [Int], _ b: [Int], _ key: (Int) -> Key?) -> [(Int, Int)] {
    shared(a, b, left: key, right: key)
  }

  private func shared<Key: Hashable>(
    _ a: [Int], _ b: [Int], _ key: KeyPath<ItemFacts, Key?>
  ) -> [(Int, Int)] {
    shared(a, b) { facts[$0][keyPath: key] }
  }

  func joinImages(_ groups: inout Groups, _ indices: [Int]) {
    join(&groups, indices) { facts[$0].identity }
    join(&groups, indices) { facts[$0].digest }
    join(&groups, indices) { facts[$0].instance }
  }

  func join<Key: Hashable>(
    _ groups: inout Groups, _ indices: [Int], _ key: (Int) -> Key?
  ) {
    var firsts: [Key: Int] = [:]
    for index in indices {
      guard let key = key(index) else { continue }
      if let first = firsts[key] { groups.join(first, index) } else { firsts[key] = index }
    }
  }

  private func place(_ index: Int) -> String {
    items[index].line.map { "line \($0)" } ?? items[index].path.visible
  }
}

/// Disjoint sets of numbers.
struct Groups {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(_ number: Int) -> Int {
    var number = number
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  /// The root of a set is its smallest number.
  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    parents[max(a, b)] = min(a, b)
  }

  /// The sets that some numbers are in, in their order.
  mutating func members(of numbers: [Int]) -> [[Int]] {
    var sets: [Int: [Int]] = [:]
    for number in numbers { sets[root(number), default: []].append(number) }
    return sets.values.sorted { $0[0] < $1[0] }
  }
}
