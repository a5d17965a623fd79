import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("The network in a checkpoint, and its names")
struct NetworkPartTests {
  private let memory = [(key: "0", content: [UInt8](repeating: 0, count: 16), count: 4)]

  /// A file with a dictionary of dictionaries of tensors.
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
    #expect(Checkpoint.prefix(of: entries) == "\(key)/module.")
    #expect(try file.stateDictionary().names == ["a.weight", "b"])
  }

  @Test("tensors beside the network's dictionary, such as a best accuracy, are not the network")
  func besides() throws {
    let network = ["a.weight", "a.bias", "b"]
    for stray in [["best_acc1"], ["mean", "std"]] {
      for key in ["state_dict", "model"] {
        let file = try open([("", stray), (key, network)])
        #expect(try file.networkEntries().map(\.name) == network, "\(key) beside \(stray)")
        #expect(try file.stateDictionary().names.sorted() == network.sorted())
      }
    }
    // Under an uncommon key, ten times as many decide.
    let many = (0..<20).map { "layer\($0)" }
    #expect(try open([("", ["loss"]), ("foo", many)]).networkEntries().map(\.name) == many)
    #expect(
      try open([("", network), ("foo", ["x", "y"])]).networkEntries().map(\.name) == network)
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

  @Test("one of several networks is chosen by common keys; otherwise an error")
  func several() throws {
    let both = try open([("loss", ["e"]), ("state_dict", ["a"])])
    #expect(try both.networkEntries().map(\.name) == ["a"])
    #expect(try both.networkEntries(part: "loss").map(\.name) == ["e"])
    let candidates = [
      NetworkCandidate(part: "encoder", count: 1), NetworkCandidate(part: "decoder", count: 1),
    ]
    #expect(throws: CheckpointError(.ambiguousNetwork(candidates), path: "p.pth")) {
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

  @Test(
    "two dictionaries of the same network are refused without --part",
    arguments: [
      ("state_dict", "ema_state_dict"), ("state_dict", "state_dict_ema"), ("model", "ema"),
      ("model_state_dict", "swa_model_state_dict"), ("student", "teacher"), ("model", "model_ema"),
    ])
  func twins(first: String, second: String) throws {
    let names = ["conv1.weight", "bn1.weight", "fc.bias"]
    let file = try open([
      (first, names), ("optimizer", ["0.exp_avg"]), (second, names.map { "module." + $0 }),
    ])
    #expect {
      try file.networkEntries()
    } throws: { error in
      guard case .ambiguousNetwork(let found)? = (error as? CheckpointError)?.reason else {
        return false
      }
      return Set(found.map(\.part)) == [first, second] && found.allSatisfy { $0.count == 3 }
    }
    for part in [first, second] {
      #expect(try file.networkEntries(part: part).map(\.name) == names)
    }
  }

  @Test("a part is a key, or a prefix with or without the key and the wrappers around it")
  func parts() throws {
    let file = try open([
      (
        "state_dict",
        ["module.encoder_q.a", "module.encoder_q.b", "module.encoder_k.a", "module.queue"]
      )
    ])
    for part in [
      "encoder_q", "encoder_q.", "module.encoder_q", "state_dict/encoder_q",
      "state_dict/module.encoder_q.",
    ] {
      let found = try file.networkEntries(part: part)
      #expect(found.map(\.name) == ["a", "b"], "\(part)")
      #expect(found[0].entry.name == "state_dict/module.encoder_q.a")
    }
    // A prefix is whole components of a name.
    #expect(throws: CheckpointError.self) { try file.networkEntries(part: "encoder") }
    #expect(throws: CheckpointError.self) { try file.networkEntries(part: "") }
    #expect(try file.networkEntries().count == 4)
  }
}
