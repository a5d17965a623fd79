import Hooks
import Layers
import Models
import Tensors
import TestSupport
import Testing

private func images(_ count: Int, _ seed: UInt64) -> Tensor {
  var random = RandomSource(seed: seed)
  return Tensor(
    (0..<(count * 3 * 64 * 64)).map { _ in Float(random.normal()) }, shape: [count, 3, 64, 64])
}

/// A network after one training batch.
private func network(_ name: String) throws -> any ImageClassifier {
  let model = try Architecture.named(name).makeModel(classCount: 10)
  model.initialize(seed: 3)
  // timm's last batch norms start with weight 0, which would hide errors.
  for case let norm as BatchNorm in model.modules {
    norm.weight.value = Tensor(repeating: 0.8, shape: norm.weight.shape)
    norm.bias.value = Tensor(repeating: 0.1, shape: norm.bias.shape)
  }
  _ = model(images(4, 1))
  return model
}

/// The relative difference between the folded network and the network run layer by layer with hooks.
private func distance(_ model: any ImageClassifier, _ x: Tensor) -> Double {
  model.eval()
  let folded = model(x).floatScalars
  let hooks = Hooks(model.modules)
  defer { hooks.remove() }
  return relativeDifference(folded, model(x).floatScalars)
}

@Suite("Batch norm folded into convolutions in evaluation mode", .serialized)
struct FoldingTests {
  static let names = [
    "resnet18", "resnetblur18", "densenet121", "resnet18d", "seresnet18", "resnetaa50", "xresnet18",
    "resnet20",
  ]

  @Test("folded and separate layers agree", arguments: names, [1, 4])
  func folded(name: String, count: Int) throws {
    let found = distance(try network(name), images(count, 2))
    #expect(found > 0 && found < 1e-5, "\(found)")
  }

  @Test("folding is repeated when weights or statistics change", arguments: names)
  func renewed(name: String) throws {
    let model = try network(name).eval()
    let x = images(2, 2)
    let norms = model.modules.compactMap { $0 as? BatchNorm }
    let convolutions = model.modules.compactMap { $0 as? Conv2D }
    let changes: [(String, (Int) -> Void)] = [
      ("filters", { convolutions[$0].weight.value = convolutions[$0].weight.value * 1.5 }),
      ("batch norm's scale", { norms[$0].weight.value = norms[$0].weight.value * 0.7 }),
      ("batch norm's shift", { norms[$0].bias.value = norms[$0].bias.value + 0.2 }),
      ("running mean", { norms[$0].runningMean.value = norms[$0].runningMean.value + 0.3 }),
      ("running variance", { norms[$0].runningVar.value = norms[$0].runningVar.value * 2 }),
    ]
    var before = model(x).floatScalars
    for (what, change) in changes {
      for index in [0, norms.count / 2] {
        change(index)
        let found = distance(model, x)
        #expect(found < 1e-5, "\(what) of \(index): \(found)")
        let after = model(x).floatScalars
        #expect(relativeDifference(after, before) > 1e-4, "\(what) of \(index) changed nothing")
        before = after
      }
    }
  }

  @Test("folding is repeated after training and after loading", arguments: names)
  func trained(name: String) throws {
    let model = try network(name).eval()
    let x = images(2, 2)
    let state = model.stateDictionary
    let before = model(x).floatScalars
    model.train()
    model(Tape().record(images(4, 5))).crossEntropy(Tensor([0, 1, 2, 3] as [Int64])).backward()
    for parameter in model.parameters {
      parameter.value = parameter.value - (try #require(parameter.gradient)) * 0.05
    }
    #expect(distance(model, x) < 1e-5)
    #expect(relativeDifference(model(x).floatScalars, before) > 1e-3)
    #expect(model.load(state).isComplete)
    #expect(relativeDifference(model(x).floatScalars, before) < 1e-6)
  }

  // The precision is a setting of the process.
  @Test(
    "folded and separate layers agree in bfloat16; a change of precision takes effect",
    .enabled(if: Compute.supportsBFloat16, "bfloat16 needs AVX-512"))
  func bfloat16() async {
    await #expect(processExitsWith: .success) {
      for name in FoldingTests.names {
        let model = try network(name)
        let x = images(4, 2)
        model.eval()
        let single = model(x).floatScalars
        try Compute.use(.bfloat16)
        let found = distance(model, x)
        #expect(found > 0 && found < 2e-2, "\(name): \(found)")
        let difference = relativeDifference(model(x).floatScalars, single)
        #expect(difference > 1e-4 && difference < 2e-2, "\(name) beside float32: \(difference)")
        try Compute.use(.float32)
        #expect(model(x).floatScalars == single, "\(name)")
      }
    }
  }
}
