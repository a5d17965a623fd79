import Checkpoints
import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Vision

/// State dictionaries with two whole networks, as self-supervised training and moving averages leave them.
@Suite("Files with several networks")
struct SeveralNetworksTests {
  private static let architecture = Result { try Architecture.named("resnet20") }
  private static let state = Result {
    try architecture.get().makeModel(classCount: 3).stateDictionary
  }

  /// A file with a copy of a network under each prefix; those of `others` lack a tensor.
  private func with(
    _ prefixes: [String], others: [String] = [], _ more: [String] = [],
    _ body: (Checkpoint, VisionModel) throws -> Void
  ) throws {
    let state = try Self.state.get()
    let other = state.filter { $0.name != "layer2.1.conv2.weight" }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("lightbox-\(UUID()).pth").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var tensors: [RawTensor] = []
    for prefix in prefixes { tensors += state.map { RawTensor(prefix + $0.name, $0.tensor) } }
    for prefix in others { tensors += other.map { RawTensor(prefix + $0.name, $0.tensor) } }
    tensors += more.map { RawTensor($0, Tensor([Float(1)])) }
    try Checkpoint.write(tensors, to: path)
    try body(
      Checkpoint(contentsOf: path), VisionModel(try Self.architecture.get(), classCount: 3))
  }

  private func ambiguous(_ error: any Error) -> [NetworkCandidate]? {
    guard case .ambiguousNetwork(let found)? = (error as? CheckpointError)?.reason else {
      return nil
    }
    return found
  }

  @Test(
    "two networks that fit are refused and listed; a prefix selects one",
    arguments: [
      ["encoder_q.", "encoder_k."], ["module.encoder_k.", "module.encoder_q."],
      ["student.backbone.", "teacher.backbone."], ["online_encoder.net.", "target_encoder.net."],
      ["model.", "ema_model.module."], ["net1.", "net2."], ["backbone.", "backbone_momentum."],
      ["model.", "ema."], ["models.0.", "models.1."], ["", "ema."],
    ])
  func twins(prefixes: [String]) throws {
    try with(prefixes, ["queue", "n_averaged"]) { file, model in
      #expect { try model.match(file) } throws: { error in
        let found = ambiguous(error) ?? []
        let words = "\(error)"
        return found.count == 2 && found.allSatisfy { $0.fit?.fits == true }
          && words.contains("choose one, such as --part \(found[0].part)")
          && words.contains("fits resnet20")
      }
      #expect(throws: CheckpointError.self) { try model.load(file) }
      let report = model.load(try file.stateDictionary())
      #expect(report.matched.isEmpty && !report.isComplete && report.networks.count == 2)
      for prefix in prefixes {
        let part = prefix.isEmpty ? "." : String(prefix.dropLast())
        let found = try model.match(file, part: part)
        #expect(found.match.usability == .complete, "\(part)")
        let first = try #require(found.stored.first)
        #expect(first.entry.name == prefix + "conv1.weight", "\(part)")
        let taken = try model.load(file, part: part)
        #expect(taken.missing.isEmpty && taken.mismatched.isEmpty && taken.matched.count > 50)
      }
    }
  }

  @Test("the listed names are those that --part takes")
  func listed() throws {
    try with(["module.encoder_q.", "module.encoder_k."]) { file, model in
      do {
        _ = try model.match(file)
        Issue.record("no error")
      } catch {
        let found = ambiguous(error) ?? []
        #expect(Set(found.map(\.part)) == ["encoder_q", "encoder_k"])
        for candidate in found {
          let part = try model.match(file, part: candidate.part)
          #expect(part.stored.count == candidate.count)
        }
      }
    }
  }

  @Test("if only one fits, it is taken, and the report says so")
  func oneFits() throws {
    try with(["student."], others: ["a_teacher."]) { file, model in
      let found = try model.match(file)
      #expect(found.match.usability == .complete)
      #expect(found.chosen?.part == "student" && found.others.map(\.part) == ["a_teacher"])
      #expect(found.others[0].fit?.fits == false)
      #expect(found.stored.allSatisfy { $0.entry.name.hasPrefix("student.") })
    }
  }

  @Test(
    "one network with any prefix is taken as before", arguments: ["module.", "model.", "backbone."])
  func one(prefix: String) throws {
    try with([prefix], ["queue", "head.weight"]) { file, model in
      let found = try model.match(file)
      #expect(found.match.usability == .complete && found.chosen == nil && found.others.isEmpty)
      #expect(try model.load(file).missing.isEmpty)
    }
  }

  @Test("a network for another architecture is not usable, rather than ambiguous")
  func noneFits() throws {
    try with([], others: ["encoder_q.", "encoder_k."]) { file, model in
      let found = try model.match(file)
      #expect(found.match.usability == .none)
    }
  }

  @Test("an unknown part is refused")
  func unknown() throws {
    try with(["net1.", "net2."]) { file, model in
      #expect {
        try model.match(file, part: "net3")
      } throws: { ($0 as? CheckpointError)?.reason == .noSuchPart("net3") }
    }
  }
}
