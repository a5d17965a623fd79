import Checkpoints
import DataBlocks
import Files
import Interpret
import Foundation
import Layers
import Logbook
import Runs
import Tensors
import TestSupport
import Testing
import Training
import Vision

@Suite("Fuzzed files of exported models", .serialized)
struct ModelFileFuzzTests {
  private struct Exported {
    let path: String
    let image: String
    let tensors: StateDictionary
    let text: String
  }

  private func exported(_ work: Workspace) throws -> Exported {
    try work.plan(try work.table(), transforms: [Rotate(), RandomErasing()])
      .quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    try ExplanationChoice(
      className: "b", split: "valid", images: 4,
      candidates: [
        .init(
          method: "grad-cam", layers: ["layer2", "layer3"], fusion: .product,
          averagePrecision: 0.5, hitRate: 0.5, intersectionOverUnion: 0.2, threshold: 0.4)
      ]
    ).write(to: run.folder)
    try run.calibrate(threshold: .chosen(.sensitivity(atLeast: 0.9)), workers: 0)
    let path = work.file("model.safetensors")
    try SavedRun(work.file("run")).export(path)
    let file = try SafeTensors(contentsOf: path)
    return Exported(
      path: path, image: work.file("0.png"), tensors: try file.tensors,
      text: try #require(file.metadata[ModelDescription.key]))
  }

  private func write(_ text: String, _ file: Exported) throws {
    try SafeTensors.write(file.tensors, metadata: [ModelDescription.key: text], to: file.path)
  }

  @Test("each field that is not as it must be is named")
  func fields() throws {
    let work = try Workspace()
    let file = try exported(work)
    #expect(try loadLearner(file.path).vocab == ["a", "b"])
    let cases: [(from: String, to: String, field: String)] = [
      ("\"format\":1,\"head\"", "\"format\":0,\"head\"", "format"),
      ("\"format\":1,\"head\"", "\"format\":\"1\",\"head\"", "format"),
      ("\"format\":1,\"head\"", "\"head\"", "format"),
      ("\"format\":1,\"images\"", "\"format\":2,\"images\"", "explanation.format"),
      ("\"architecture\":\"resnet20\"", "\"architecture\":\"resnet2020\"", "architecture"),
      ("\"architecture\":\"resnet20\"", "\"architecture\":20", "architecture"),
      ("\"lin_ftrs\":[512]", "\"lin_ftrs\":[-1]", "head.lin_ftrs"),
      ("\"lin_ftrs\":[512]", "\"lin_ftrs\":[99999999]", "head.lin_ftrs"),
      ("\"ps\":[0.5]", "\"ps\":[1.5]", "head.ps"),
      ("\"ps\":[0.5]", "\"ps\":[0.1,0.1,0.1]", "head.ps"),
      ("[\"a\",\"b\"]", "[\"a\",\"a\"]", "target.vocab"),
      ("[\"a\",\"b\"]", "[\"a\"]", "target.vocab"),
      ("[\"a\",\"b\"]", "[\"a\",\" \"]", "target.vocab"),
      ("\"name\":\"category\"", "\"name\":\"multi_category\"", "loss.name"),
      ("\"name\":\"category\"", "\"name\":\"other\"", "target.name"),
      ("\"name\":\"cross_entropy\"", "\"name\":\"mse\"", "loss.name"),
      ("\"name\":\"cross_entropy\"", "\"name\":\"cross\"", "loss.name"),
      (
        "\"name\":\"cross_entropy\"", "\"name\":\"cross_entropy\",\"weights\":[1]", "loss.weights"
      ),
      (
        "\"name\":\"cross_entropy\"", "\"name\":\"cross_entropy\",\"weights\":[1,-1]",
        "loss.weights"
      ),
      ("\"seed\":42", "\"seed\":-1", "seed"),
      ("\"seed\":42", "\"seed\":42,\"output_stride\":7", "output_stride"),
      ("\"threshold\":0.4", "\"threshold\":4", "explanation.chosen.threshold"),
      ("\"className\":\"b\"", "\"className\":\"c\"", "explanation.className"),
      ("\"atLeast\":0.9", "\"atLeast\":9", "calibration.decision.criterion"),
      ("\"truePositives\":", "\"truePositives\":-", "calibration.decision.operatingPoint"),
      ("\"train\":8", "\"train\":-8", "training.data.train"),
    ]
    for (from, to, field) in cases {
      let changed = file.text.replacing(from, with: to)
      #expect(changed != file.text, "\(from) is not in \(file.text)")
      try write(changed, file)
      let error = #expect(throws: ModelFileError.self, "\(to)") { try loadLearner(file.path) }
      #expect(error?.place.element == field, "\(to): \(String(describing: error))")
      #expect(error?.place.file == file.path)
    }
    try write(
      file.text.replacing("\"format\":1,\"head\"", with: "\"format\":2,\"head\"").replacing(
        lightboxVersion, with: "9.1"), file)
    let newer = #expect(throws: ModelFileError.self) { try loadLearner(file.path) }
    #expect(newer?.reason == .newerFormat(2, version: "9.1"))
    #expect(
      newer?.description
        == "\(file.path): the model has format 2 of Lightbox 9.1; this version reads format 1; use that version, or "
        + "export the model again with this one")
    for text in ["", "{", "[]", "null", "{\"format\":1}"] {
      try write(text, file)
      #expect(throws: ModelFileError.self, "\(text)") { try loadLearner(file.path) }
    }
  }

  @Test("weights that do not fit, are cut or not finite")
  func weights() throws {
    let work = try Workspace()
    let file = try exported(work)
    var tensors = file.tensors
    let name = try #require(tensors.names.first { $0.hasSuffix("weight") })
    tensors[name] = Tensor([.nan, 1] as [Float])
    try SafeTensors.write(tensors, metadata: [ModelDescription.key: file.text], to: file.path)
    #expect(throws: CheckpointError.self) { try loadLearner(file.path) }
    tensors[name] = Tensor([1, 1] as [Float])
    try SafeTensors.write(tensors, metadata: [ModelDescription.key: file.text], to: file.path)
    #expect(throws: WeightsMismatch.self) { try loadLearner(file.path) }
    try SafeTensors.write(
      [(name: String, tensor: Tensor)](), metadata: [ModelDescription.key: file.text],
      to: file.path)
    #expect(throws: WeightsMismatch.self) { try loadLearner(file.path) }
    try write(file.text, file)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: file.path))
    #expect(throws: CheckpointError.self) { try loadLearner(file.path) }
  }

  @Test("a modified description is opened or refused, and what is opened predicts and is explained")
  func fuzzed() throws {
    let work = try Workspace()
    let file = try exported(work)
    let tree = try JSONSerialization.jsonObject(with: Data(file.text.utf8))
    let read = try Fuzzing("model description", cases: 150, seed: 11, share: 1.0 / 16).run {
      mutator in
      var text = file.text
      if mutator.below(4) == 0 {
        text = String(
          decoding: mutator.mutated(Array(file.text.utf8), [Array(file.text.utf8)]), as: UTF8.self)
      } else {
        var value = tree
        for _ in 0...mutator.below(2) { value = RunFileFuzzTests.mutated(value, &mutator) }
        text = String(
          decoding: try JSONSerialization.data(
            withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys]), as: UTF8.self)
      }
      try write(text, file)
      return outcome("model") {
        let model = try loadLearner(file.path)
        let size = model.predictor.pipeline.inputSize
        guard size.height <= 64, size.width <= 64 else { return }
        _ = try model.predict(file.image)
        _ = try model.getPreds([DataItem(path: file.image, label: model.vocab.first)])
        _ = try model.interpret([file.image], to: work.file("maps"))
      }
    }
    #expect(read > 0)
  }

  @Test("a modified file of an exported model, or calibration.json, is opened or refused")
  func bytes() throws {
    let work = try Workspace()
    let file = try exported(work)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.path)))
    // Most changes in the header: the weights are a million bytes of anything.
    let header = 4096
    try Fuzzing("model file", cases: 60, seed: 12, share: 1.0 / 32).run { mutator in
      let changed =
        mutator.mutated(Array(whole.prefix(header)), [whole.prefix(header).map(\.self)])
        + whole.dropFirst(header)
      try Data(changed).write(to: URL(fileURLWithPath: file.path))
      return outcome("model file") { _ = try loadLearner(file.path).predict(file.image) }
    }
    let path = work.file("run/calibration.json")
    let calibration = try Data(contentsOf: URL(fileURLWithPath: path))
    let tree = try JSONSerialization.jsonObject(with: calibration)
    let read = try Fuzzing("calibration.json", cases: 60, seed: 13, share: 1.0 / 32).run {
      mutator in
      let value = RunFileFuzzTests.mutated(tree, &mutator)
      try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed])
        .write(to: URL(fileURLWithPath: path))
      return outcome("calibration.json") {
        let run = try SavedRun(work.file("run"))
        _ = try run.predict(file.image)
        _ = run.calibration?.description
      }
    }
    #expect(read > 0)
  }

  private func outcome(_ name: String, _ body: () throws -> Void) -> Fuzzing.Outcome {
    do {
      try body()
      return .read
    } catch {
      #expect(error is any LightboxError, "\(name): \(error)")
      return .refused
    }
  }
}
