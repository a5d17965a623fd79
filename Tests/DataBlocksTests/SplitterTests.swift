import DataBlocks
import Files
import Foundation
import Testing

@Suite("Splitters")
struct SplitterTests {
  private func items(_ labels: [String], patients: [String?] = []) -> [DataItem] {
    labels.enumerated().map { index, label in
      DataItem(
        path: "data/\(index).png", label: label,
        patient: patients.isEmpty ? nil : patients[index])
    }
  }

  private func isPartition(_ split: (train: [Int], valid: [Int]), of count: Int) -> Bool {
    (split.train + split.valid).sorted() == Array(0..<count)
  }

  @Test("TrainTestSplitter gives each class its share")
  func stratified() {
    // scikit-learn: train_test_split(range(50), test_size=0.2, stratify=40 * [a] + 7 * [b] + 3 * [c]) has 8, 1, 1 …
    let labels =
      [String](repeating: "a", count: 40) + [String](repeating: "b", count: 5)
      + [String](repeating: "c", count: 5)
    for seed in 0..<5 as Range<UInt32> {
      let split = TrainTestSplitter(seed: seed).split(items(labels))
      #expect(isPartition(split, of: 50))
      let counts = Dictionary(grouping: split.valid, by: { labels[$0] }).mapValues(\.count)
      #expect(counts == ["a": 8, "b": 1, "c": 1])
    }
    let one = TrainTestSplitter(seed: 1).split(items(labels))
    #expect(one.valid == TrainTestSplitter(seed: 1).split(items(labels)).valid)
    #expect(one.valid != TrainTestSplitter(seed: 2).split(items(labels)).valid)
    // ceil(test_size * n), as scikit-learn.
    #expect(
      TrainTestSplitter(validFraction: 0.25, stratified: false).split(
        items(["a", "b", "c", "d", "e"])
      ).valid.count == 2)
    #expect(TrainTestSplitter().split([]).valid.isEmpty)
  }

  @Test("StratifiedPatientSplitter keeps patients together and shares of classes alike")
  func stratifiedPatients() {
    var labels: [String] = []
    var patients: [String?] = []
    for patient in 0..<100 {
      for _ in 0..<(1 + patient % 3) {
        labels.append(patient % 5 == 0 ? "rare" : "usual")
        patients.append("p\(patient)")
      }
    }
    let all = items(labels, patients: patients)
    for seed in 0..<5 as Range<UInt32> {
      let split = StratifiedPatientSplitter(validFraction: 0.2, seed: seed).split(all)
      #expect(isPartition(split, of: all.count))
      #expect(sharedPatients(split.train.map { all[$0] }, split.valid.map { all[$0] }).isEmpty)
      for name in ["rare", "usual"] {
        let total = labels.count { $0 == name }
        let share = Double(split.valid.count { labels[$0] == name }) / Double(total)
        // The largest patient has three items.
        #expect(abs(share - 0.2) <= 3 / Double(total), "\(name) \(share)")
      }
    }
  }

  @Test("mask, end, file, folder and function")
  func others() throws {
    let all = items(["a", "b", "c", "d", "e"])
    let mask = MaskSplitter([false, true, false, true, false]).split(all)
    #expect(mask.train == [0, 2, 4] && mask.valid == [1, 3])
    let end = EndSplitter(validFraction: 0.4).split(all)
    #expect(end.train == [0, 1, 2] && end.valid == [3, 4])
    let head = EndSplitter(validFraction: 0.4, validLast: false).split(all)
    #expect(head.train == [2, 3, 4] && head.valid == [0, 1])
    let folder = try TableFolder()
    try folder.write("1.png\n\ndata/4.png\r\n", to: "valid.txt")
    let file = try FileSplitter("\(folder.path)/valid.txt").split(all)
    #expect(file.train == [0, 2, 3] && file.valid == [1, 4])
    try folder.write("1.png\n9.png\n", to: "valid.txt")
    let error = #expect(throws: DataError.self) {
      try FileSplitter("\(folder.path)/valid.txt").split(all)
    }
    #expect(
      error?.description.hasSuffix(
        "valid.txt, line 2: \"9.png\" is the name of no item; correct or remove the line") == true)
    let paths = ["x/train/cat/1", "x/train2/cat/2", "x/val/cat/3", "x/test/cat/4", "cat/5"].map {
      DataItem(path: $0)
    }
    let grand = GrandparentSplitter(train: ["train", "train2"], valid: ["val"]).split(paths)
    #expect(grand.train == [0, 1] && grand.valid == [2])
    #expect(FuncSplitter { $0.path.hasPrefix("cat") }.split(paths).valid == [4])
  }

  @Test("the summary counts images and patients, and proves that none is shared")
  func summary() throws {
    let all = items(
      ["a", "a", "b", "b", "a", "b"], patients: ["p", "p", "q", "r", "s", nil])
    let proof = SplitProof(all, ItemFacts.gather(all.map(\.path)).facts)
    func summary(_ valid: [Int]) -> SplitSummary {
      proof.summary(
        of: [.train: (0..<6).filter { !valid.contains($0) }, .valid: valid], method: "at random",
        patientColumn: "patient", labels: { [$0.label ?? ""] })
    }
    let apart = summary([2, 5])
    #expect(apart.proof == "0 patients shared: 3 / 1; 1 image without a known patient")
    #expect(apart.patientSource == "the column patient" && apart.sharedImages == 0)
    #expect(apart.parts.map(\.name) == ["train", "valid"])
    #expect(apart.parts[0].classes == ["a": 3, "b": 1])
    #expect(apart.parts[0].classPatients == ["a": 2, "b": 1])
    #expect(apart.parts[1].classPatients == ["b": 1] && apart.parts[1].unknownPatients == 1)
    #expect(summary([1, 2]).sharedPatients == 1)
    #expect(
      try JSONDecoder().decode(SplitSummary.self, from: JSONEncoder().encode(apart)) == apart)
    let unknown = items(["a", "b"])
    #expect(
      SplitProof(unknown, ItemFacts.gather(unknown.map(\.path)).facts).summary(
        of: [.train: [0], .valid: [1]], method: "", patientColumn: nil, labels: { _ in [] }
      ).proof == "no patient is known")
  }

  @Test("one PatientID of two issuers is two patients, unless a file names no issuer")
  func issuers() throws {
    let data = try ImageFiles()
    for (number, issuer) in ["A", "A", "B"].enumerated() {
      try data.film(
        "\(number).dcm", ["PatientID": "1", "IssuerOfPatientID": issuer], number: number)
    }
    try data.film("3.dcm", ["PatientID": "2"], number: 3)
    func patients() -> [String?] {
      ItemFacts.patients((0..<5).map { "\(data.path)/\($0).dcm" })
    }
    var found = patients()
    #expect(found[0] == found[1] && found[0] != found[2] && found[0] != nil && found[3] == "2")
    try data.film("4.dcm", ["PatientID": "1"], number: 4)
    found = patients()
    #expect(Set(found[0...2] + [found[4]]).count == 1)
  }
}
