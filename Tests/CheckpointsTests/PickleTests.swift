import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("The restricted unpickler")
struct PickleTests {
  private func open(_ file: Data) throws -> Checkpoint { try Checkpoint(data: file, path: "p.pth") }

  private let memory = [(key: "0", content: [UInt8](repeating: 0, count: 16), count: 4)]

  @Test("plain values of protocols 0 to 5")
  func protocols() throws {
    let files = try Fixture.json("checkpoints/plain_values.json", as: [String: String].self)
    #expect(files.count == 6)
    for (version, hex) in files {
      let digits = Array(hex)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)
      }
      let values = try open(PickleAssembler.legacyFile(bytes)).values
      let expected: [(String, CheckpointValue)] = [
        ("i", .int(7)), ("n", .int(-3)), ("big", .int(1 << 40)),
        ("neg", .int(-1 << 40)), ("f", .double(0.8125)), ("t", .bool(true)), ("x", .none),
        ("s", .string("äx")), ("b", .bytes(3)),
        ("l", .list([.int(1), .list([.int(2), .string("three")])])),
        ("u", .list([.int(1), .int(2), .int(3), .int(4)])),
        ("o", .dictionary([.init(key: "a", value: .int(1))])), ("st", .list([.int(5)])),
      ]
      #expect(
        values == .dictionary(expected.map { .init(key: $0, value: $1) }), "protocol \(version)")
    }
  }

  @Test("the files that these tests assemble are valid")
  func sound() throws {
    let file = try open(
      PickleAssembler().tensor(shape: [2, 2], strides: [2, 1]).legacyFile(memory))
    #expect(file.entries.map(\.shape) == [[2, 2]])
    #expect(try file.tensor("tensor").floatScalars == [0, 0, 0, 0])
    let pickle = PickleAssembler().tensor().stopped
    let zip = PickleAssembler.zip([
      ("a/data.pkl", pickle), ("a/data/0", [UInt8](repeating: 0, count: 16)),
    ])
    #expect(try open(zip).tensor("tensor").floatScalars == [0, 0, 0, 0])
  }

  @Test("strides of dimensions of length 0 and 1 are arbitrary")
  func oddStrides() throws {
    for (shape, strides, count) in [
      ([2, 1], [2, 1 << 62], 2), ([1, 2], [1 << 62, 2], 2), ([0, 3], [1 << 62, 1 << 62], 0),
      ([2, 1, 2], [1, 1 << 61, 2], 4),
    ] {
      let file = try open(
        PickleAssembler().tensor(shape: shape, strides: strides).legacyFile(memory))
      #expect(try file.tensor("tensor").floatScalars.count == count)
    }
  }

  @Test("tensors that exceed their storage are rejected", arguments: [0, 1, 2, 3, 4, 5, 6, 7])
  func views(which: Int) {
    let p = PickleAssembler()
    let views = [
      p.tensor(offset: 1), p.tensor(offset: -1), p.tensor(shape: [5]),
      p.tensor(shape: [2, 2], strides: [1 << 62, 1]), p.tensor(shape: [-1]),
      p.tensor(shape: [1 << 33, 1 << 33], strides: [0, 0]), p.tensor(shape: [4], strides: [1, 1]),
      p.tensor(memory: 5),
    ]
    #expect(throws: CheckpointError.self) { try open(views[which].legacyFile(memory)) }
  }

  @Test("small files that expand to large values are rejected within seconds")
  func bombs() throws {
    var p = PickleAssembler()
    // Nested lists: each level contains the one below ten times, by the memo.
    p = p.op(0x5D, 0x94)
    for level in 0..<30 {
      p = p.op(0x5D, 0x94, 0x28)
      for _ in 0..<10 { p = p.op(0x68, UInt8(level)) }
      p = p.op(0x65)
    }
    #expect(throws: CheckpointError.self) { try open(p.legacyFile()) }

    // One element expanded to a billion.
    let wide = PickleAssembler().tensor(shape: [1 << 30], strides: [0])
    #expect(throws: CheckpointError.self) { try open(wide.legacyFile(memory)) }

    // Many tensors of half a megabyte each.
    var many = PickleAssembler().op(0x5D, 0x28)
    for _ in 0..<200 { many = many.tensor(shape: [1 << 17], strides: [0]) }
    #expect(throws: CheckpointError.self) { try open(many.op(0x65).legacyFile(memory)) }

    // A long list copied and changed repeatedly.
    var copies = PickleAssembler().op(0x5D, 0x94, 0x28)
    copies = copies.raw([UInt8](repeating: 0x4E, count: 60_000)).op(0x65, 0x30).global(
      "builtins", "list"
    ).op(0x94)
    let copy: [UInt8] = [0x68, 1, 0x68, 0, 0x85, 0x52, 0x4E, 0x61, 0x30]
    copies = copies.raw((0..<60_000).flatMap { _ in copy })
    #expect(throws: CheckpointError.self) { try open(copies.op(0x4E).legacyFile()) }

    // A long key hashed repeatedly.
    var keys = PickleAssembler().text(String(repeating: "k", count: 1_000_000)).op(0x94, 0x30, 0x7D)
    keys = keys.raw((0..<600_000).flatMap { _ in [0x68, 0, 0x4E, 0x73] as [UInt8] })
    #expect(throws: CheckpointError.self) { try open(keys.legacyFile()) }
  }

  @Test("deep nesting and cycles do not crash")
  func depth() {
    for code in [0x5D, 0x7D, 0x29] as [UInt8] {
      var p = PickleAssembler().raw([UInt8](repeating: code, count: 200_000))
      if code == 0x5D { p = p.raw([UInt8](repeating: 0x61, count: 199_999)) }
      if code == 0x29 { p = p.raw([UInt8](repeating: 0x85, count: 199_999)) }
      _ = try? open(p.legacyFile())
    }
    var loop = PickleAssembler().op(0x5D, 0x94, 0x68, 0, 0x61)
    #expect(throws: CheckpointError.self) { try open(loop.legacyFile()) }
    loop = PickleAssembler().op(0x7D, 0x94).text("self").op(0x68, 0, 0x73)
    #expect(throws: CheckpointError.self) { try open(loop.legacyFile()) }
  }

  @Test(
    "functions and classes that are not allowed are rejected wherever they occur",
    arguments: [
      "os.system", "nt.system", "builtins.exec", "builtins.__import__", "importlib.import_module",
      "torch.hub.load", "torch.load", "torch.storage._load_from_bytes", "shutil.rmtree",
      "webbrowser.open", "pickle.loads", "operator.attrgetter", "runpy.run_path", "pty.spawn",
      "torch.jit.load", "numpy.load", "codecs.open", "_codecs.lookup", "types.FunctionType",
      "torch._utils._rebuild_xla_tensor", "numpy.fromfile", "numpy.f2py.capi_maps.load",
      "dill._dill._eval",
      "torch.utils.bottleneck.run", "torch.serialization.load", "builtins.eval",
    ])
  func foreign(name: String) {
    let dot = name.lastIndex(of: ".") ?? name.endIndex
    let (module, function) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
    let expected = CheckpointError(.unsupportedGlobal(name), path: "p.pth")
    let p = PickleAssembler()
    let calls = [
      // GLOBAL and REDUCE; GLOBAL alone; STACK_GLOBAL; INST; next to a valid tensor; NEWOBJ and BUILD.
      p.global(module, function).op(0x28).text("x").op(0x74, 0x52),
      p.global(module, function).op(0x30, 0x4E),
      p.text(module).text(function).op(0x93, 0x29, 0x52),
      p.op(0x28).text("x").raw(Array("i\(module)\n\(function)\n".utf8)),
      p.op(0x7D).text("w").tensor().op(0x73).text("e").global(module, function).op(
        0x29, 0x81, 0x73),
      p.global(module, function).op(0x29, 0x81, 0x7D, 0x62),
    ]
    for call in calls {
      #expect(throws: expected) { try open(call.legacyFile(memory)) }
      let zip = PickleAssembler.zip([("archive/data.pkl", call.stopped)])
      #expect(throws: expected) { try open(zip) }
    }
  }

  @Test("of other objects only the class names are kept")
  func inert() throws {
    let p = PickleAssembler().op(0x7D).text("model").op(0x7D).text("w").tensor().op(0x73, 0x73)
      .text("args").global("argparse", "Namespace").op(0x29, 0x81, 0x7D).text("lr").int(1)
      .op(0x73, 0x62, 0x73)
      .text("hypers").global("fastcore.foundation", "L").op(0x29, 0x81, 0x7D).text("items").op(0x5D)
      .int(3).op(0x61, 0x73, 0x62, 0x73)
      .text("best").global("numpy.core.multiarray", "scalar").global("numpy", "dtype").op(0x28)
      .text("f8").op(0x89, 0x88, 0x74, 0x52, 0x28).int(3).text("<").op(0x74, 0x62)
      .raw([0x43, 8, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F]).op(0x86, 0x52, 0x73)
    let file = try open(p.legacyFile(memory))
    #expect(file.values["args"] == .object("argparse.Namespace"))
    #expect(file.values["hypers"] == .list([.int(3)]))
    #expect(file.values["best"] == .double(1.5))
    #expect(try file.networkEntries().map(\.name) == ["w"])
  }

  @Test("tensors of subclasses of fastai and PyTorch")
  func wrapped() throws {
    func arguments(_ p: PickleAssembler) -> PickleAssembler {
      p.op(0x28).text("storage").global("torch", "FloatStorage").text("0").text("cpu").int(4)
        .op(0x74, 0x51).int(0).ints([4]).ints([1]).op(0x89).global("collections", "OrderedDict")
        .op(0x29, 0x52)
    }
    var p = PickleAssembler().op(0x7D)
    p = arguments(
      p.text("a").global("fastai.torch_core", "_fa_rebuild_tensor").op(0x28)
        .global("fastai.torch_core", "TensorBase")
    ).op(0x74, 0x52, 0x73)
    p = arguments(
      p.text("b").global("torch._tensor", "_rebuild_from_type_v2").op(0x28)
        .global("torch._utils", "_rebuild_tensor_v2").global("torch.nn.parameter", "Parameter").op(
          0x28)
    ).op(0x74, 0x7D, 0x74, 0x52, 0x73)
    p = p.text("c").global("torch._utils", "_rebuild_parameter").op(0x28).tensor().op(0x88)
      .global("collections", "OrderedDict").op(0x29, 0x52, 0x74, 0x52, 0x73)
    #expect(try open(p.legacyFile(memory)).entries.map(\.name) == ["a", "b", "c"])
  }
}
