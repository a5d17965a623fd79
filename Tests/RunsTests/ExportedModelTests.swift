import Checkpoints
import DataBlocks
import Files
import Foundation
import Imaging
import Interpret
import Layers
import Models
import Runs
import Synchronization
import Tensors
import TestSupport
import Testing
import Training
import Vision

/// A transform that only these tests register.
private struct ExportInvert: Transform {
  var strength: Float = 1
  let effects: TransformEffects = .pixels
  enum CodingKeys: String, CodingKey { case strength }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    sample.updateValues { image in
      for i in image.values.indices { image.values[i] = strength - image.values[i] }
    }
  }
}

/// A target block of its own: the number of letters, as one of three classes.
private struct LetterCount: TargetBlock {
  let vocab = ["one", "two", "more"]
  let outputCount = 3
  func fitted(to items: [DataItem]) throws(DataError) -> LetterCount { self }
  func check(_ label: String) throws(DataError) {}
  func encode(_ labels: [String]) -> Tensor {
    Tensor(labels.map { Int64(min(max($0.count, 1), 3) - 1) })
  }
}

@Suite("Exported models")
struct ExportedModelTests {
  private func savedRun(_ work: Workspace) throws -> SavedRun {
    try work.plan(try work.table(), transforms: [Rotate(), Brightness()])
      .quietRun(in: work.file("run"))
    return try SavedRun(work.file("run"))
  }

  private func learner(
    _ work: Workspace, _ labels: [String], target: any TargetBlock,
    lossFunction: LossFunction? = nil, transforms: [any Transform] = []
  ) throws -> (learner: VisionLearner, items: [DataItem]) {
    let items = try labels.enumerated().map { number, label in
      DataItem(path: try work.writeImage("\(number).png", seed: UInt64(number)), label: label)
    }
    let loaders = try DataLoaders(
      train: items, valid: items, pipeline: Pipeline([Resize(32)] + transforms), target: target,
      batchSize: 2, workers: 0)
    return (
      try visionLearner(loaders, "resnet20", lossFunction: lossFunction, seed: 3), items
    )
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test(
    "a run's file alone gives the bits of the run: from a path, bytes, pixels, lists; and its maps")
  func roundTrip() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let path = work.file("model.safetensors")
    let description = try run.export(path)
    #expect(description.training.data?.train == 8 && description.training.run == "run")
    #expect(description.training.metrics?["valid_loss"] != nil)
    #expect(description.training.epoch == 0 && description.training.checkpoint == "best")
    let image = work.file("0.png")
    let wanted = try run.predictor.predict(image)
    let list = [image, work.file("1.png")].map { DataItem(path: $0, label: "a") }
    let rows = try run.predictor.getPreds(list, workers: 0)
    let maps = try run.interpret([image], to: work.file("a"))
    // Nothing else is needed.
    let text = String(decoding: try bytes(path), as: UTF8.self)
    #expect(!text.contains(work.path) && !text.contains("labels.csv"))
    try FileManager.default.removeItem(atPath: work.file("run"))
    let model = try loadLearner(path)
    #expect(model.description == description)
    #expect(model.vocab == ["a", "b"] && model.run == nil)
    #expect(model.predictor.pipeline == run.predictor.pipeline)
    for answer in [
      try model.predict(image), try model.predict(try bytes(image)),
      try model.predict(try model.predictor.prepare(image).original),
    ] {
      #expect(answer.label == wanted.label && answer.probabilities == wanted.probabilities)
    }
    let found = try model.getPreds(list, workers: 0)
    #expect(found.probabilities == rows.probabilities && found.losses == rows.losses)
    let again = try model.interpret([image], to: work.file("b"))
    #expect(again.map(\.boxes) == maps.map(\.boxes) && again[0].error == nil)
    #expect(try model.predictor.tta(list).probabilities == run.predictor.tta(list).probabilities)
    // The weights start another training, and Python reads the file.
    #expect(try Checkpoint(contentsOf: path).metadata["format"] == "pt")
    let next = VisionModel(try .named("resnet20"), classCount: 2, seed: 9)
    #expect(try next.loadWeights(path).unexpected.isEmpty)
    // The same model gives the same bytes.
    let (first, second) = (work.file("first"), work.file("second"))
    for file in [first, second] {
      try VisionLearnerExport.copy(model, to: file)
    }
    #expect(try bytes(first) == bytes(second))
  }

  @Test("temperature, threshold and the chosen maps are in the file")
  func calibrated() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let choice = ExplanationChoice(
      className: "b", split: "valid", images: 4,
      candidates: [
        .init(
          method: "hirescam", layers: ["layer3"], fusion: .mean, averagePrecision: 0.5,
          hitRate: 0.5, intersectionOverUnion: 0.2, threshold: 0.4)
      ])
    try choice.write(to: run.folder)
    let stored = try run.calibrate(threshold: .fixed(0.25), workers: 0)
    let calibrated = try SavedRun(work.file("run"))
    let path = work.file("model.safetensors")
    try calibrated.export(path)
    let model = try loadLearner(path)
    #expect(model.predictor.calibration == stored.calibration && model.predictor.threshold == 0.25)
    #expect(model.calibrationSource?.images == 4 && model.calibrationSource?.split == "valid")
    #expect(try model.explanationChoice() == choice)
    #expect(try model.explainer().choice == choice)
    for number in 0..<6 {
      let image = work.file("\(number).png")
      let (own, other) = (try calibrated.predict(image), try model.predict(image))
      #expect(own.probabilities == other.probabilities && own.label == other.label)
      #expect((own.probabilities[1] >= 0.25) == (own.label == "b"))
    }
  }

  @Test("a learner's file: classes with weights, several labels, numbers")
  func learners() throws {
    let work = try Workspace()
    let path = work.file("model.safetensors")
    let cases: [([String], any TargetBlock, LossFunction?)] = [
      (
        ["x", "y", "z", "x"], CategoryBlock(),
        .crossEntropy(weights: [1, 0.1, 3], labelSmoothing: 0.1)
      ),
      (["x", "y", "x", "y"], CategoryBlock(), .focal(gamma: 1.5)),
      (["x|y", "y", "", "x"], MultiCategoryBlock(), .bceWithLogits(threshold: 0.3)),
      (["1;2", "2.5;0", "0;0", "3;1"], RegressionBlock(), .smoothL1(beta: 0.7)),
      (["1;2", "2.5;0", "0;0", "3;1"], RegressionBlock(), nil),
    ]
    for (labels, target, loss) in cases {
      let (learner, items) = try learner(work, labels, target: target, lossFunction: loss)
      let calibration = PredictorCalibration(temperature: 1.0 / 3)
      try learner.export(path, calibration: calibration)
      let model = try loadLearner(path)
      let wanted = try learner.predictor.calibrated(calibration).getPreds(items, workers: 0)
      let found = try model.getPreds(items, workers: 0)
      #expect(found.probabilities == wanted.probabilities, "\(labels)")
      #expect(found.losses == wanted.losses && !found.losses.isEmpty, "\(labels)")
      #expect(found.targets == wanted.targets && found.targetValues == wanted.targetValues)
      #expect(found.decodedLabels == wanted.decodedLabels)
      #expect(
        try model.predict(items[0].path).label
          == learner.predictor.calibrated(calibration).predict(items[0].path).label)
      if !(target is CategoryBlock) {
        let selected = SelectedItems(items: items)
        #expect(throws: PlanError.self) {
          try model.report(on: selected, of: LabelTable(work.file("none"), folder: work.path))
        }
      }
      if model.vocab.isEmpty {
        #expect(throws: PlanError.self) { try model.interpret([items[0].path], to: work.file("m")) }
      }
    }
  }

  @Test("parts of your own: head, loss, target, transform and architecture have to be given")
  func ownParts() throws {
    let work = try Workspace()
    let path = work.file("model.safetensors")
    func reason(_ body: () throws -> Void) -> ModelFileError.Reason? {
      let error = #expect(throws: ModelFileError.self) { try body() }
      #expect(error?.path == path && error?.remedy != nil)
      return error?.reason
    }
    // Head.
    func head() -> Module {
      Sequential(AdaptiveAvgPool2D(), Flatten(), Linear(64, 8), ReLU(), Linear(8, 2))
    }
    let (first, items) = try learner(work, ["a", "b", "a", "b"], target: CategoryBlock())
    let loaders = try DataLoaders(
      train: items, valid: items, pipeline: Pipeline([Resize(32)]), batchSize: 2, workers: 0)
    let own = try visionLearner(loaders, .named("resnet20"), head: head(), seed: 4)
    own.recorder.printsTable = false
    try own.fit(1, learningRate: 1e-3)
    try own.export(path)
    #expect(reason { _ = try loadLearner(path) } == .ownPart(.head))
    let model = try loadLearner(path, head: head())
    let image = items[0].path
    #expect(try model.predict(image).probabilities == own.predict(image).probabilities)
    #expect(throws: WeightsMismatch.self) {
      try loadLearner(path, head: Sequential(AdaptiveAvgPool2D(), Flatten(), Linear(64, 2)))
    }
    #expect(first.visionModel.headOptions != nil && own.visionModel.headOptions == nil)
    // Loss.
    let loss = LossFunction(activation: { (-$0).softmax(axis: -1) }) {
      $0.crossEntropy($1, reduction: $2)
    }
    let (inverse, _) = try learner(
      work, ["a", "b", "a", "b"], target: CategoryBlock(), lossFunction: loss)
    try inverse.export(path)
    #expect(reason { _ = try loadLearner(path) } == .ownPart(.lossFunction))
    #expect(
      try loadLearner(path, lossFunction: loss).predict(image).probabilities
        == inverse.predict(image).probabilities)
    // Target.
    let (letters, _) = try learner(work, ["a", "bb", "ccc", "d"], target: LetterCount())
    try letters.export(path)
    #expect(reason { _ = try loadLearner(path) } == .ownPart(.target))
    let counted = try loadLearner(path, target: LetterCount())
    #expect(try counted.predict(image).label == letters.predict(image).label)
    // Transform.
    let (inverted, _) = try learner(
      work, ["a", "b", "a", "b"], target: CategoryBlock(), transforms: [ExportInvert(strength: 0.9)]
    )
    try inverted.export(path)
    let unknown = #expect(throws: DataError.self) { try loadLearner(path) }
    #expect(unknown?.reason == .unknownTransform("ExportInvert") && unknown?.path == path)
    Pipeline.register(ExportInvert.self)
    #expect(
      try loadLearner(path).predict(image).probabilities == inverted.predict(image).probabilities)
    // Architecture.
    let mine = Architecture("mine20", classCount: 10) { classes, channels in
      // swift-format-ignore: NeverForceUnwrap
      Architecture.all.first { $0.name == "resnet20" }!
        .makeModel(classCount: classes, inputChannels: channels)
    }
    let custom = visionLearner(loaders, mine)
    try custom.export(path)
    guard case .architecture("architecture", _, _) = reason({ _ = try loadLearner(path) }) else {
      Issue.record("an unknown architecture is not named")
      return
    }
    #expect(
      try loadLearner(path, among: Architecture.all + [mine]).predict(image).probabilities
        == custom.predict(image).probabilities)
  }

  @Test("files that are no exported models say what they are, and what to do")
  func otherFiles() throws {
    let work = try Workspace()
    _ = try savedRun(work)
    let plain = work.file("resnet18.safetensors")
    try SafeTensors.write(
      try Architecture.named("resnet20").makeModel(classCount: 10).stateDictionary, to: plain)
    let error = #expect(throws: ModelFileError.self) { try loadLearner(plain) }
    #expect(
      error?.description
        == "\(plain): the file has weights, but no classes and no pipeline, so it is not an exported model; train from "
        + "it with \"lightbox train DATA --weights \(plain)\", then export the run: \"lightbox export RUN --out "
        + "model.safetensors\"")
    let checkpoint = work.file("run/checkpoints/best.safetensors")
    let own = #expect(throws: ModelFileError.self) { try loadLearner(checkpoint) }
    #expect(own?.reason == .notExported(ofRun: true))
    #expect(own?.remedy?.hasPrefix("give the folder of the run") == true)
    for path in [work.file("0.png"), work.file("labels.csv"), work.file("run"), work.file("none")] {
      #expect(throws: CheckpointError.self, "\(path)") { try loadLearner(path) }
    }
  }

  @Test("8 threads with one model, from bytes: the bits of a serial run")
  func server() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    try run.export(work.file("model.safetensors"))
    let films = try (0..<10).map { try bytes(work.file("\($0).png")) }
    let serial = try films.map { try run.predictor.predict($0).probabilities }
    let model = try loadLearner(work.file("model.safetensors"))
    let found = Mutex<[(Int, [Double])]>([])
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      do {
        for number in 0..<20 {
          let place = (thread * 7 + number) % films.count
          let answer = try model.predict(films[place], name: "request \(number)").probabilities
          found.withLock { $0.append((place, answer)) }
        }
      } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    let all = found.withLock { $0 }
    #expect(all.count == 160 && all.allSatisfy { $0.1 == serial[$0.0] })
  }
}

/// Writes an exported model again.
enum VisionLearnerExport {
  static func copy(_ model: ExportedModel, to path: String) throws {
    let text = try #require(
      Checkpoint(contentsOf: model.path).metadata[ModelDescription.key])
    try SafeTensors.write(
      model.visionModel.model.stateDictionary, metadata: [ModelDescription.key: text], to: path)
  }
}
