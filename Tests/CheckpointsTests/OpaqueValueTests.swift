import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Values beside the weights that cannot be read")
struct OpaqueValueTests {
  private let memory = [(key: "0", content: [UInt8](repeating: 0, count: 16), count: 4)]

  private func open(_ p: PickleAssembler) throws -> Checkpoint {
    try Checkpoint(data: p.legacyFile(memory), path: "p.pth")
  }

  /// A dictionary with a network, `{"state_dict": {"w": tensor}, "extra": …}`.
  private func beside(_ value: (PickleAssembler) -> PickleAssembler) -> PickleAssembler {
    let p = PickleAssembler().op(0x7D).text("state_dict").op(0x7D).text("w").tensor()
      .op(0x73, 0x73).text("extra")
    return value(p).op(0x73)
  }

  /// What Python 3 writes for each kind of value: REDUCE, NEWOBJ, BUILD, SETITEMS, APPENDS, GLOBAL.
  private static let values:
    [(name: String, write: @Sendable (PickleAssembler) -> PickleAssembler)] = [
      (
        "pathlib.PosixPath",
        { $0.global("pathlib", "PosixPath").op(0x28).text("/").text("runs").op(0x74, 0x52) }
      ),
      (
        "functools.partial",
        {
          $0.global("functools", "partial").global("torch.optim.adamw", "AdamW").op(0x85, 0x52)
            .op(0x28).global("torch.optim.adamw", "AdamW").op(0x29, 0x7D, 0x4E, 0x74, 0x62)
        }
      ),
      ("trainer.config.Phase", { $0.global("trainer.config", "Phase").int(2).op(0x85, 0x52) }),
      (
        "argparse.Namespace",
        { $0.global("argparse", "Namespace").op(0x29, 0x81, 0x7D).text("lr").int(1).op(0x73, 0x62) }
      ),
      (
        "omegaconf.dictconfig.DictConfig",
        {
          $0.global("omegaconf.dictconfig", "DictConfig").op(0x29, 0x81, 0x7D).text("_content").op(
            0x7D
          )
          .op(0x73, 0x62)
        }
      ),
      (
        "datetime.datetime",
        { $0.global("datetime", "datetime").raw([0x43, 2, 7, 0xE8]).op(0x85, 0x52) }
      ),
      (
        "numpy.random._pickle.__randomstate_ctor",
        {
          $0.global("numpy.random._pickle", "__randomstate_ctor").text("MT19937").op(
            0x85, 0x52, 0x7D
          )
          .text("pos").int(624).op(0x73, 0x62)
        }
      ),
      (
        "numpy.ndarray",
        {
          $0.global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray").int(0)
            .op(0x85).raw([0x43, 1, 0x62]).op(0x87, 0x52).op(0x28).int(1).op(0x85, 0x4E, 0x89)
            .raw([0x43, 1, 7]).op(0x74, 0x62)
        }
      ),
      (
        "sklearn.preprocessing._label.LabelEncoder",
        {
          $0.global("sklearn.preprocessing._label", "LabelEncoder").op(0x29, 0x81, 0x7D)
            .text("classes_").op(0x5D, 0x73, 0x62)
        }
      ),
      ("__main__.<lambda>", { $0.global("__main__", "<lambda>") }),
      ("mylib.losses.focal", { $0.text("mylib.losses").text("focal").op(0x93) }),
      (
        "torch.optim.sgd.SGD",
        {
          $0.global("torch.optim.sgd", "SGD").op(0x29, 0x81, 0x7D).text("buffer").tensor().op(
            0x73, 0x62)
        }
      ),
      (
        "torch.torch_version.TorchVersion",
        { $0.global("torch.torch_version", "TorchVersion").text("2.4.0").op(0x85, 0x81) }
      ),
      (
        "collections.deque",
        { $0.global("collections", "deque").op(0x29, 0x4E, 0x86, 0x52, 0x28).int(1).op(0x65) }
      ),
      (
        "mylib.Table",
        {
          $0.global("mylib", "Table").op(0x29, 0x81, 0x28).text("k").int(1).op(0x75)
        }
      ),
      ("mylib.Kind", { $0.global("mylib", "Kind").op(0x29, 0x7D, 0x92) }),
      ("mylib.Old", { $0.op(0x28).int(1).raw(Array("imylib\nOld\n".utf8)) }),
      ("mylib.Older", { $0.op(0x28).global("mylib", "Older").int(1).op(0x6F) }),
      (
        "mylib.Color.RED",
        {
          $0.global("builtins", "getattr").global("mylib", "Color").text("RED").op(0x86, 0x52)
        }
      ),
    ]

  @Test("paths, partials, enumerations, settings and the like are names", arguments: values.indices)
  func names(index: Int) throws {
    let (name, write) = Self.values[index]
    let file = try open(beside(write))
    #expect(file.values["extra"] == .object(name))
    #expect(file.opaqueValues.map(\.path) == ["extra"] && file.opaqueValues[0].className == name)
    #expect(file.opaqueValues[0].holdsTensors == (name == "torch.optim.sgd.SGD"))
    #expect(try file.networkEntries().map(\.name) == ["w"])
    #expect(try file.stateDictionary()["w"]?.floatScalars == [0, 0, 0, 0])
    // Conversion writes the weights alone.
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("lightbox-\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try file.convert(to: path) == 1)
    #expect(try Checkpoint(contentsOf: path).entries.map(\.name) == ["w"])
  }

  @Test("tensors inside of an object are refused with its class, not left out")
  func hidden() throws {
    func network(_ p: PickleAssembler) -> PickleAssembler {
      p.global("mylib", "Net").op(0x29, 0x81, 0x7D).text("w").tensor().op(0x73, 0x62)
    }
    let expected = CheckpointError(.unsupportedGlobal("mylib.Net"), path: "p.pth")
    #expect(throws: expected) { try open(network(PickleAssembler())) }
    #expect(throws: expected) {
      try open(network(PickleAssembler().op(0x7D).text("model")).op(0x73))
    }
    // Beside an optimizer's tensors, which are no network.
    let both = network(PickleAssembler().op(0x7D).text("model")).op(0x73).text("optimizer").op(0x7D)
      .text("m").tensor().op(0x73, 0x73)
    #expect(throws: expected) { try open(both).networkEntries() }
    #expect(throws: expected) { try open(both).networkEntries(part: "model") }
    // One tensor of several is of an unknown class.
    let one = PickleAssembler().op(0x7D).text("a").tensor().op(0x73).text("b")
      .global("mylib", "Net").tensor().op(0x85, 0x52, 0x73)
    #expect(throws: expected) { try open(one).networkEntries() }
  }

  @Test("an unknown class cannot make a tensor, a storage or a function")
  func uses() throws {
    let expected = CheckpointError(.unsupportedGlobal("mylib.F"), path: "p.pth")
    let f = PickleAssembler().global("mylib", "F")
    for p in [
      // Calling what a call returned.
      f.op(0x29, 0x52, 0x29, 0x52),
      // As the function that rebuilds a tensor.
      PickleAssembler().global("torch._tensor", "_rebuild_from_type_v2").op(0x28).global(
        "mylib", "F"
      )
      .global("torch", "Tensor").op(0x29, 0x7D, 0x74, 0x52).op(0x52),
      // As the class of a storage.
      PickleAssembler().op(0x28).text("storage").global("mylib", "F").text("0").text("cpu").int(4)
        .op(0x74, 0x51),
      PickleAssembler().global("torch._utils", "_rebuild_parameter").op(0x28).global("mylib", "F")
        .op(0x29, 0x52, 0x88, 0x4E, 0x74, 0x52),
    ] {
      #expect(throws: CheckpointError.self) { try open(p) }
    }
    #expect(throws: expected) { try open(f.op(0x29, 0x52, 0x29, 0x52)) }
    // getattr of anything but such a class.
    let chain = PickleAssembler().global("builtins", "getattr").global("collections", "OrderedDict")
      .text("__class__").op(0x86, 0x52)
    #expect(throws: CheckpointError(.unsupportedGlobal("builtins.getattr"), path: "p.pth")) {
      try open(chain)
    }
  }
}
