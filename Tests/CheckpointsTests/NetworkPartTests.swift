import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("The network in a checkpoint, and its names")
struct NetworkPartTests {
  private let memory = [(key: "0", content: [UInt8](repeating: 0, count: 16), count: 4)]

  /// A dictionary of dictionaries of tensors.
  private func open(_ parts: [(key: String, names: [String])]) throws -> Checkpoint {
    var p = PickleAssembler().op(0x7D)
    for (key, names) in parts {
      if !key.isEmpty { p = p.text(key).op(0x7D) }
      for name in names { p = p.text(name).tensor().op(0x73) }
      if !key.isEmpty { p = p.op(0x73) }
    }
    return try Checkpoint(data: p.legacyFile(memory), path: "p.pth")
  }

  @Test(
    "keys and prefixes around the network are removed",
    arguments: ["state_dict", "model", "net", "model_state_dict", "anything"])
  func wrappers(key: String) throws {
    let file = try open([
      ("optimizer", ["exp_avg"]), (key, ["module.a.weight", "module.b"]), ("scheduler", ["x"]),
    ])
    let entries = try file.networkEntries()
    #expect(entries.map(\.name) == ["a.weight", "b"])
    #expect(entries[0].entry.name == "\(key)/module.a.weight")
    #expect(try file.stateDictionary().keys.sorted() == ["a.weight", "b"])
  }

  @Test("a prefix of some names only is kept; combined prefixes are removed")
  func prefixes() throws {
    #expect(try open([("", ["module.a", "b"])]).networkEntries().map(\.name) == ["module.a", "b"])
    #expect(
      try open([("", ["_orig_mod.module.a", "_orig_mod.module.b"])]).networkEntries().map(\.name)
        == ["a", "b"])
    #expect(
      try open([("", ["model.a", "model.b"])]).networkEntries().map(\.name) == [
        "model.a", "model.b",
      ])
  }

  @Test("several networks: the usual one, or an error")
  func several() throws {
    let both = try open([("state_dict_ema", ["e"]), ("state_dict", ["a"])])
    #expect(try both.networkEntries().map(\.name) == ["a"])
    #expect(try both.networkEntries(part: "state_dict_ema").map(\.name) == ["e"])
    #expect(throws: CheckpointError(.ambiguousNetwork(["encoder", "decoder"]), path: "p.pth")) {
      try open([("encoder", ["a"]), ("decoder", ["b"])]).networkEntries()
    }
    #expect(throws: CheckpointError(.noStateDictionary, path: "p.pth")) {
      try open([("optimizer", ["a"])]).networkEntries()
    }
    #expect(throws: CheckpointError(.noTensors, path: "p.pth")) {
      try Checkpoint(data: PickleAssembler().op(0x7D).legacyFile(), path: "p.pth")
        .networkEntries()
    }
    #expect(throws: CheckpointError(.noSuchPart("nothing"), path: "p.pth")) {
      try both.networkEntries(part: "nothing")
    }
    let tuple = PickleAssembler().op(0x7D).text("a").tensor().op(0x73).int(3).op(0x86)
    let file = try Checkpoint(data: tuple.legacyFile(memory), path: "p.pth")
    #expect(try file.networkEntries().map(\.entry.name) == ["0/a"])
  }

  @Test("names of published files are mapped to the network's, each with a reason")
  func renaming() {
    let dense: Set = [
      "features.conv0.weight", "features.denseblock1.denselayer1.norm1.weight",
      "features.denseblock1.denselayer1.conv2.weight", "classifier.weight", "classifier.bias",
    ]
    let old = [
      "features.conv0.weight", "features.denseblock1.denselayer1.norm.1.weight",
      "features.denseblock1.denselayer1.conv.2.weight", "classifier.0.weight", "classifier.0.bias",
      "other.weight",
    ]
    for prefix in ["", "module.densenet121.", "model.", "backbone.body.net."] {
      let found = Renaming.matches(old.map { prefix + $0 }, to: dense)
      #expect(Set(found.compactMap(\.name)) == dense, "\(prefix)")
      #expect(found.last?.name == nil)
      #expect(found[0].reasons.count == (prefix.isEmpty ? 0 : 1))
      #expect(found[1].reasons.last?.contains("norm.1") == true)
      #expect(found[3].reasons.last?.contains("CheXNet") == true)
    }
    // Nothing is changed for a network that uses these names.
    #expect(
      Renaming.matches(old, to: Set(old)).allSatisfy { $0.name == $0.stored && $0.reasons.isEmpty })
    // One network among several, by its prefix.
    let moco = Renaming.matches(
      ["encoder_q.conv1.weight", "encoder_q.fc.0.weight", "encoder_k.conv1.weight", "queue"],
      to: ["conv1.weight", "fc.weight"])
    #expect(moco.map(\.name) == ["conv1.weight", "fc.weight", nil, nil])
    // Two names for one: the one with fewer changes gets it.
    let two = Renaming.matches(["fc.0.weight", "fc.weight"], to: ["fc.weight"])
    #expect(two.map(\.name) == [nil, "fc.weight"])
    #expect(Renaming.matches([], to: ["a"]).isEmpty)
  }

  @Test("old names of DenseNet's weights")
  func denseNet() {
    #expect(
      Renaming.currentDenseNetName("features.denseblock1.denselayer1.norm.1.weight")
        == "features.denseblock1.denselayer1.norm1.weight")
    #expect(Renaming.currentDenseNetName("features.norm0.weight") == "features.norm0.weight")
  }
}
