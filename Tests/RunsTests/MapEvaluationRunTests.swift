import DataBlocks
import Datasets
import Files
import Foundation
import Imaging
import Interpret
import Layers
import Runs
import Tensors
import TestSupport
import Testing
import Training
import Vision

@Suite("Evaluation of a run's maps")
struct MapEvaluationRunTests {
  /// A run of images of 40 x 36 with a split, and masks of the images of class "b".
  private func savedRun(_ work: Workspace, test: Int = 8, train: Int = 8) throws -> SavedRun {
    try work.plan(try work.table(train: train, valid: 4, test: test))
      .quietRun(in: work.file("run"))
    try writeMasks(work, 0..<(train + 4 + test))
    return try SavedRun(work.file("run"))
  }

  /// Rows `2 + n mod 5` to 20 of columns 10 to 19, for odd numbers; "-1" for even ones.
  private func writeMasks(
    _ work: Workspace, _ numbers: some Sequence<Int>, key: (Int) -> String = { "\($0)" }
  ) throws {
    var text = "ImageId, EncodedPixels\n"
    for number in numbers {
      let top = 2 + number % 5
      let runs = (0..<10).map { column in
        column == 0 ? "\(10 * 36 + top) \(20 - top)" : "\(36 - 20 + top) \(20 - top)"
      }
      text += "\(key(number)), \(number % 2 == 1 ? runs.joined(separator: " ") : "-1")\n"
    }
    try work.write(text, to: "masks.csv")
  }

  private func items(_ work: Workspace, _ numbers: some Sequence<Int>) -> [DataItem] {
    numbers.map { DataItem(path: work.file("\($0).png")) }
  }

  @Test("a row per map and baseline, with the mean mask of training images, stored and read back")
  func report() throws {
    let work = try Workspace()
    let run = try savedRun(work, test: 12, train: 20)
    var steps = Set<String>()
    let result = try run.evaluateMaps(
      run.ownItems().items, masks: work.file("masks.csv")
    ) { step, done, total in
      steps.insert(step)
      #expect(done > 0 && done <= total)
    }
    let report = result.report
    #expect(
      report.rows.map(\.name) == [
        Explainer(run.predictor).title, "random map", "centered Gaussian", "mean mask",
        "untrained network",
      ])
    #expect(report.rows.map(\.isBaseline) == [false, true, true, true, true])
    #expect(report.className == "b" && report.meanMask == "10 training masks")
    let images = report.images
    let numbers: [Int] = [images.given, images.matched, images.withMask, images.measured]
    #expect(numbers == [12, 12, 6, 6])
    #expect(images.outsideOfView == 0 && images.errors.isEmpty && images.patients == nil)
    #expect(steps == ["masks", "maps"] && result.errors.isEmpty)
    for row in report.rows {
      #expect(row.averagePrecision.images == 6 && row.averagePrecision.low != nil)
      #expect(row.deletion == nil && !row.isThresholdGiven)
    }
    expectClose([report.margin], [15.0 * 32 / 224], absolute: 1e-9)
    // All masks are nearly the same here, so their mean finds them.
    #expect((report.rows[3].averagePrecision.value ?? 0) > 0.9)
    #expect(report.rows[0].comparison?.baseline == "mean mask")
    #expect(report.rows[0].comparison?.isAbove == false)
    #expect(report.bySize.map(\.images) == [2, 2, 2] && report.sanity == nil)

    try result.write(to: work.file("out/deep"))
    let stored = try JSONDecoder().decode(
      MapEvaluationReport.self, from: Data(work.text("out/deep/evaluation.json").utf8))
    #expect(stored == report)
    let table = try CSVTable(contentsOf: work.file("out/deep/evaluation.csv"))
    #expect(table.rows.count == 30)
    let own = table.rows.filter { $0["map"] == report.rows[0].name }
    let mean = own.reduce(0) { $0 + (Double($1["average_precision"] ?? "") ?? .nan) } / 6
    expectClose([mean], [report.rows[0].averagePrecision.value ?? 0], absolute: 1e-5)
    let overlap = own.reduce(0) { $0 + (Double($1["iou"] ?? "") ?? .nan) } / 6
    expectClose([overlap], [report.rows[0].intersectionOverUnion.value ?? 0], absolute: 1e-5)
  }

  @Test("masks are in the frame of the model's input; outside of it they are not measured")
  func frame() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    // 40 x 36 resized to 32 by the short side: columns 2 to 37 are seen.
    func rows(_ columns: Range<Int>) -> String {
      "\(columns.lowerBound * 36) \(columns.count * 36)"
    }
    try work.write(
      "file,rle\n13.png,\(rows(0..<2))\n15.png,\(rows(0..<20))\n17.png,\(rows(2..<20))\n",
      to: "m.csv")
    let report = try run.evaluateMaps(
      items(work, [13, 15, 17, 18]), masks: work.file("m.csv")
    ).report
    #expect(report.images.matched == 3 && report.images.withMask == 3)
    #expect(report.images.outsideOfView == 1 && report.images.measured == 2)
    #expect(report.meanMask == "the masks of the other 1 images")
    // Half of the input, in both images, so each is predicted by the other exactly.
    let mean = try #require(report.rows.first { $0.name == "mean mask" })
    #expect(mean.averagePrecision.value == 1 && mean.hit.value == 1)
    let flat = try #require(report.rows.first { $0.name == "centered Gaussian" })
    expectClose([flat.averagePrecision.value ?? 0], [0.5], absolute: 0.1)
    #expect(report.bySize.isEmpty)
  }

  @Test("masks of another size are scaled; of another shape they are refused")
  func scaled() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    func precision(_ rle: String, size: ImageSize? = nil) throws -> Double? {
      try work.write("ImageId,EncodedPixels\n13,\(rle)\n", to: "m.csv")
      var options = MapEvaluationOptions()
      options.maskSize = size
      return try run.evaluateMaps(
        items(work, [13]), masks: work.file("m.csv"), options: options
      ).report.rows[0].averagePrecision.value
    }
    let own = try precision("360 360")
    #expect(own != nil)
    #expect(
      try precision("1440 1440", size: ImageSize(height: 72, width: 80)) == own)
    let error = #expect(throws: SIIMMaskError.self) {
      try precision("0 4", size: ImageSize(height: 100, width: 100))
    }
    #expect(error?.description.contains("not the same shape") == true)
    let beyond = #expect(throws: SIIMMaskError.self) { try precision("1400 100") }
    #expect(beyond?.place.line == 2 && beyond?.remedy?.contains("--mask-size") == true)
  }

  @Test("what cannot be measured is refused before any image is read")
  func refused() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let missing = [DataItem(path: work.file("none/13.png"))]
    func failure(
      _ text: String, _ given: [DataItem], className: String? = nil
    ) throws -> any Error {
      try work.write(text, to: "m.csv")
      var options = MapEvaluationOptions()
      options.className = className
      do {
        _ = try run.evaluateMaps(given, masks: work.file("m.csv"), options: options)
      } catch {
        return error
      }
      throw CancellationError()
    }
    let names = try failure("ImageId,EncodedPixels\n1.2.3.4.5,1 2\n", missing)
    let text = "\(names)"
    #expect(text.contains("m.csv") && text.contains("1.2.3.4.5") && text.contains("13.png"))
    let empty = try #require(
      try failure("ImageId,EncodedPixels\n13,-1\n", missing) as? SIIMMaskError)
    #expect(empty.reason == .noRegion(images: 1))
    let unknown = try failure("ImageId,EncodedPixels\n13,1 2\n", missing, className: "c")
    #expect((unknown as? MapError)?.reason == .unknownClass("c", known: ["a", "b"]))
    #expect(try failure("label,x\n", missing) is SIIMMaskError)
  }

  @Test(
    "files that cannot be read, and outputs that are not finite, are listed; others are measured")
  func errors() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    try work.write("not an image", to: "15.png")
    let result = try run.evaluateMaps(
      items(work, [13, 15, 17]), masks: work.file("masks.csv"))
    #expect(result.report.images.measured == 2 && result.errors.count == 1)
    #expect(result.report.images.errors[0].contains("15.png"))
    // A network with NaN.
    let parameter = try #require(run.visionModel.model.parameters.last)
    parameter.value = Tensor(repeating: .nan, shape: parameter.shape)
    let broken = try run.evaluateMaps(items(work, [13, 17]), masks: work.file("masks.csv"))
    #expect(broken.report.images.measured == 0 && broken.errors.count == 2)
    #expect(broken.report.rows.allSatisfy { $0.averagePrecision.value == nil })
    #expect(throws: DataError.self) {
      try run.chooseMaps(items(work, [13]), split: "valid", masks: work.file("masks.csv"))
    }
  }

  @Test("patients are drawn together, and the table has no identifier")
  func patients() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    var given = items(work, [13, 15, 17, 19])
    for index in given.indices { given[index].patient = index < 2 ? "Secret-1" : "Secret-2" }
    let result = try run.evaluateMaps(given, masks: work.file("masks.csv"))
    #expect(result.report.images.patients == 2)
    try result.write(to: work.file("out"))
    let table = try CSVTable(contentsOf: work.file("out/evaluation.csv"))
    let own = table.rows.filter { $0["map"] == "random map" }.map { $0["patient"] ?? "" }
    #expect(own[0] == own[1] && own[2] == own[3] && own[0] != own[2] && own[0].count == 12)
    for name in ["evaluation.csv", "evaluation.json"] {
      #expect(!(try work.text("out/\(name)")).contains("Secret"))
    }
    // Another table has other hashes.
    let again = try run.evaluateMaps(given, masks: work.file("masks.csv"))
    try again.write(to: work.file("again"))
    #expect(!(try work.text("again/evaluation.csv")).contains(own[0]))
    #expect(again.report == result.report)
  }

  @Test("measures against the model and sanity checks; the weights are as before")
  func everything() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let before = run.visionModel.model.stateDictionary
    var options = MapEvaluationOptions()
    options.measures = .all
    options.sanityImages = 2
    options.resamples = 100
    let report = try run.evaluateMaps(
      items(work, [13, 15, 17]), masks: work.file("masks.csv"), options: options
    ).report
    for row in report.rows {
      let isMeasured = row.name != "centered Gaussian" && row.blank < 3
      #expect((row.deletion != nil) == isMeasured, "\(row.name)")
      #expect((row.road?.value != nil) == isMeasured && (row.insertion != nil) == isMeasured)
      if let drop = row.averageDrop?.value { #expect((0...1).contains(drop)) }
    }
    let sanity = try #require(report.sanity)
    #expect(sanity.images == 2 && sanity.map == report.rows[0].name)
    #expect(sanity.randomization.first?.name == "head" && sanity.randomization.count > 3)
    #expect(sanity.randomization.last?.spearman != nil)
    #expect(sanity.repeatability.ssim != nil && sanity.otherClass.spearman != nil)
    let after = run.visionModel.model.stateDictionary
    for name in before.names {
      guard let old = before[name], let new = after[name], old.dtype == .float32 else { continue }
      #expect(old.floatScalars.map(\.bitPattern) == new.floatScalars.map(\.bitPattern), "\(name)")
    }
  }

  @Test("maps are chosen on validation images, stored in the run, and read back")
  func choice() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    #expect(try ExplanationChoice.read(run.folder) == nil)
    let valid = try run.ownItems(split: "valid")
    #expect(valid.items.count == 4 && valid.name == "valid")
    let choice = try run.chooseMaps(
      valid.items, split: valid.name, masks: work.file("masks.csv"))
    #expect(choice.images == 2 && choice.split == "valid" && choice.className == "b")
    #expect(choice.chosen == choice.candidates[0])
    #expect(choice.candidates.count % 3 == 0 && choice.candidates.count >= 15)
    for (a, b) in zip(choice.candidates, choice.candidates.dropFirst()) {
      let isOrdered = (a.averagePrecision, a.hitRate) >= (b.averagePrecision, b.hitRate)
      #expect(isOrdered)
    }
    try choice.write(to: run.folder)
    #expect(try ExplanationChoice.read(run.folder) == choice)
    // What is chosen reaches the same again.
    var options = MapEvaluationOptions()
    options.threshold = choice.chosen.threshold
    let row = try run.evaluateMaps(
      valid.items, masks: work.file("masks.csv"), explainers: [run.explainer(choice.chosen)],
      options: options
    ).report.rows[0]
    expectClose(
      [
        row.averagePrecision.value ?? 0, row.hit.value ?? 0,
        row.intersectionOverUnion.value ?? 0,
      ],
      [
        choice.chosen.averagePrecision, choice.chosen.hitRate,
        choice.chosen.intersectionOverUnion,
      ], absolute: 1e-6)
    #expect(row.isThresholdGiven)
    try work.write("{\"format\": 7}", to: "run/explanation.json")
    let error = #expect(throws: (any Error).self) { try ExplanationChoice.read(run.folder) }
    #expect("\(String(describing: error))".contains("explanation.json"))
  }

  @Test("of equal candidates the one with more hits is chosen, then the first")
  func ties() {
    func candidate(_ name: String, _ precision: Double, _ hits: Double)
      -> ExplanationChoice.Candidate
    {
      .init(
        method: name, layers: ["layer4"], fusion: .mean, averagePrecision: precision,
        hitRate: hits, intersectionOverUnion: 0, threshold: 0.5)
    }
    let choice = ExplanationChoice(
      className: "b", split: "valid", images: 1,
      candidates: [
        candidate("low", 0.1, 1), candidate("first", 0.5, 0.2), candidate("hits", 0.5, 0.3),
        candidate("last", 0.5, 0.3),
      ])
    #expect(choice.candidates.map(\.method) == ["hits", "last", "first", "low"])
  }
}
