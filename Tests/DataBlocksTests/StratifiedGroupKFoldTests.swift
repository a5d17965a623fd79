import DataBlocks
import Files
import Tensors
import Testing

@Suite("Folds by patient, stratified by class")
struct StratifiedGroupKFoldTests {
  private func items(_ rows: [(label: String, patient: String?)]) -> [DataItem] {
    rows.enumerated().map { DataItem(path: "\($0)", label: $1.label, patient: $1.patient) }
  }

  /// Items of patients with 1 to `largest` images, of some classes; one class per patient if `isPure`.
  private func random(
    _ seed: UInt64, patients: Int, largest: Int, classes: Int, isPure: Bool
  ) -> [DataItem] {
    var random = RandomSource(seed: seed)
    func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    var rows: [(label: String, patient: String?)] = []
    for patient in 0..<patients {
      // Rare classes: the smaller of two numbers.
      let own = min(below(classes), below(classes))
      for _ in 0...below(largest) {
        let label = isPure ? own : min(below(classes), below(classes))
        rows.append(("c\(label)", largest == 1 && below(2) == 0 ? nil : "p\(patient)"))
      }
    }
    return items(random.permutation(rows.count).map { rows[$0] })
  }

  @Test("each item is in one fold, patients are together, classes are as even as patients allow")
  func laws() throws {
    var count = 0
    for seed in 0..<60 as Range<UInt64> {
      for (folds, largest, classes, isPure) in [
        (2, 1, 2, true), (5, 1, 3, true), (5, 6, 2, true), (3, 4, 4, false), (10, 9, 2, false),
      ] {
        let items = random(
          seed, patients: 40 + Int(seed), largest: largest, classes: classes, isPure: isPure)
        let division = StratifiedGroupKFold(foldCount: folds, seed: UInt32(seed))
        guard let found = try? division.folds(of: items) else { continue }
        count += 1
        #expect(found.count == items.count && Set(found) == Set(0..<folds))
        var foldOfPatient: [String: Int] = [:]
        for (item, fold) in zip(items, found) {
          guard let patient = item.patient else { continue }
          #expect(foldOfPatient.updateValue(fold, forKey: patient) ?? fold == fold)
        }
        // The bound of the greedy assignment.
        var (deviation, bound) = (0.0, 0.0)
        for (label, members) in Dictionary(grouping: items.indices, by: { items[$0].label }) {
          let total = Double(members.count)
          let sizes = (0..<folds).map { fold in members.count { found[$0] == fold } }
          deviation += sizes.reduce(0) { sum, size in
            let distance = Double(size) / total - 1 / Double(folds)
            return sum + distance * distance
          }
          let groups = Dictionary(
            grouping: members, by: { items[$0].patient ?? "\(items[$0].path)" }
          )
          .values.map(\.count)
          bound +=
            (1 - 1 / Double(folds))
            * groups.reduce(0) { $0 + Double($1) / total * Double($1) / total }
          if isPure {
            #expect(
              (sizes.max() ?? 0) - (sizes.min() ?? 0) <= groups.max() ?? 0,
              "\(label ?? "") \(sizes)")
          }
        }
        #expect(deviation <= bound + 1e-9, "\(deviation) of \(bound)")
        #expect(try division.folds(of: items) == found)
      }
    }
    #expect(count > 250)
  }

  @Test("without patients the numbers of each class differ by one, and the seed moves items")
  func images() throws {
    let items = items((0..<103).map { ($0 % 5 == 0 ? "a" : "b", nil) })
    let found = try StratifiedGroupKFold(foldCount: 5, seed: 1).folds(of: items)
    for label in ["a", "b"] {
      let sizes = (0..<5).map { fold in
        items.indices.count { items[$0].label == label && found[$0] == fold }
      }
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
    let sizes = (0..<5).map { fold in found.count { $0 == fold } }
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    #expect(try StratifiedGroupKFold(foldCount: 5, seed: 2).folds(of: items) != found)
    var validated: [Int] = []
    for fold in 0..<5 {
      let (train, valid) = try StratifiedGroupKFold(foldCount: 5, seed: 1).splitter(fold: fold)
        .split(items)
      #expect((train + valid).sorted() == Array(items.indices))
      validated += valid
    }
    #expect(validated.sorted() == Array(items.indices))
  }

  @Test("more folds than patients, and a class of one patient, are refused")
  func refused() throws {
    let few = items((0..<12).map { ($0 % 2 == 0 ? "a" : "b", "p\($0 % 3)") })
    let error = #expect(throws: DataError.self) {
      try StratifiedGroupKFold(foldCount: 4).folds(of: few)
    }
    #expect(
      error?.description
        == "there are 4 folds, but only 3 patients or images without one; use at most 3 folds")
    _ = try StratifiedGroupKFold(foldCount: 3).folds(of: few)
    let rare = items(
      (0..<12).map { ($0 < 3 ? "rare" : $0 % 2 == 0 ? "a" : "b", $0 < 3 ? "p" : "\($0)") })
    let one = #expect(throws: DataError.self) {
      try StratifiedGroupKFold(foldCount: 3).folds(of: rare)
    }
    #expect(one?.description.hasPrefix("only one patient has the class \"rare\"") == true)
    #expect(throws: DataError.self) { try StratifiedGroupKFold(foldCount: 2).folds(of: []) }
  }
}
