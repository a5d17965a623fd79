import Hooks
import Layers
import Tensors
import TestSupport
import Testing

private final class ResidualBlock: Module {
  let conv1 = Conv2D(3, 17, kernelSize: 3, padding: 1, bias: false)
  let bn1 = BatchNorm(17)
  let relu = ReLU()
  let downsample: Sequential? = Sequential(Conv2D(3, 17, kernelSize: 1))
  override func forward(_ input: Tensor) -> Tensor {
    relu(bn1(conv1(input)) + (downsample?(input) ?? input))
  }
}

private final class Net: Module {
  let layer1 = Sequential(ResidualBlock())
  let head = Sequential(AdaptiveAvgPool2D(), Flatten(), Linear(17, 2))
  override func forward(_ input: Tensor) -> Tensor { head(layer1(input)) }
}

private class Base: Module {
  let firstLinear = Linear(2, 2)
  let name = "no module"
  let sizes: [Int]? = [1]
}

private final class Derived: Base {
  let scaleByΔ = Parameter(Tensor([Float(1)]))
  let absent: Linear? = nil
  let seen: ModuleBuffer? = ModuleBuffer(Tensor.zeros([1]))
}

@Suite("Modules, names and hooks")
struct ModuleTests {
  private func input(_ count: Int = 2) -> Tensor {
    var random = RandomSource(seed: 1)
    return Tensor(
      (0..<(count * 3 * 25)).map { _ in Float(random.normal()) }, shape: [count, 3, 5, 5])
  }

  @Test("names and their order are PyTorch's")
  func names() {
    #expect(
      Net().stateDictionary.map(\.name) == [
        "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias",
        "layer1.0.bn1.running_mean",
        "layer1.0.bn1.running_var", "layer1.0.bn1.num_batches_tracked",
        "layer1.0.downsample.0.weight",
        "layer1.0.downsample.0.bias", "head.2.weight", "head.2.bias",
      ])
    let net = Net()
    #expect(net["layer1.0.bn1"] is BatchNorm)
    #expect(net["head.-1"] is Linear)
    #expect(net["layer1.3"] == nil)
  }

  @Test("properties of superclasses come first; optionals are included if they are not nil")
  func properties() {
    let module = Derived()
    #expect(module.namedChildren.map(\.name) == ["first_linear"])
    #expect(
      module.namedParameters.map(\.name) == [
        "scale_by_δ", "first_linear.weight", "first_linear.bias",
      ])
    #expect(module.namedBuffers.map(\.name) == ["seen"])
    #expect(module.namedModules.map(\.path) == ["", "first_linear"])
    #expect(
      module.stateDictionary.map(\.name) == [
        "scale_by_δ", "seen", "first_linear.weight", "first_linear.bias",
      ])
  }

  @Test("load reports matched, missing, unexpected and mismatched names")
  func loading() {
    let net = Net()
    var state = Net().stateDictionary
    #expect(net.load(state).isComplete)
    state["head.2.bias"] = nil
    state["head.2.weight"] = Tensor.zeros([3, 17])
    state["fc.weight"] = Tensor.zeros([1])
    let report = net.load(state)
    #expect(report.missing == ["head.2.bias"])
    #expect(report.unexpected == ["fc.weight"])
    #expect(report.mismatched.map(\.name) == ["head.2.weight"])
    #expect(report.matched.count == 8)
  }

  @Test("equal seeds give equal values, independent of modules created before")
  func seeds() {
    let first = Net()
    first.initialize(seed: 9)
    _ = Net()
    let second = Net()
    second.initialize(seed: 9)
    for (a, b) in zip(first.stateDictionary, second.stateDictionary)
    where a.tensor.dtype == .float32 {
      #expect(a.tensor.floatScalars == b.tensor.floatScalars)
    }
  }

  @Test("a backward hook works on a frozen model without a tape")
  func hookBwd() throws {
    let net = Net().eval()
    for parameter in net.parameters { parameter.requiresGradient = false }
    let layer = try #require(net["layer1"])
    let (stored, activations) = try withHookBwd(on: layer) { gradients in
      let (output, activations) = withHook(on: layer) { hook in (net(input()), hook.stored) }
      output[0, 1].backward()
      return (try #require(gradients.stored), try #require(activations))
    }
    #expect(stored.shape == [2, 17, 5, 5])
    // The head is linear: the gradient of the first image is the weight divided by the number of pixels.
    let weight = try #require(net["head.2"] as? Linear).weight.value.floatScalars
    let expected = (0..<2).flatMap { image in
      (0..<17).flatMap { [Float](repeating: image == 0 ? weight[17 + $0] / 25 : 0, count: 25) }
    }
    expectClose(stored.floatScalars, expected, absolute: 1e-7)
    #expect(activations.shape == [2, 17, 5, 5])
    #expect(net.parameters.allSatisfy { $0.gradient == nil })
  }

  @Test("hooks are removed, also when the body throws")
  func detach() throws {
    struct Stop: Error {}
    let net = Net().eval()
    let layer = try #require(net["layer1"])
    let kept = Hook(layer)
    kept.remove()
    #expect(throws: Stop.self) { try withHook(on: layer) { _ in throw Stop() } }
    #expect(throws: Stop.self) { try withHookBwd(on: layer) { _ in throw Stop() } }
    let output = net(input())
    #expect(kept.stored == nil)
    #expect(!output.needsGradient)
  }

  @Test("fused layers equal separate layers", arguments: [true, false])
  func fusion(isTraining: Bool) throws {
    let layers = Sequential(Conv2D(3, 17, kernelSize: 3), BatchNorm(17), ReLU())
    layers.initialize(seed: 4)
    func run(hooked: Bool) throws -> ([Float], [[Float]]) {
      let copy = Sequential(Conv2D(3, 17, kernelSize: 3), BatchNorm(17), ReLU())
      copy.load(layers.stateDictionary)
      copy.train(isTraining)
      let hook = hooked ? Hook(copy[1]) : nil
      let y = copy(Tape().record(input(4)))
      (y * y).sum().backward()
      hook?.remove()
      return (y.floatScalars, try copy.parameters.map { try #require($0.gradient).floatScalars })
    }
    let (fused, apart) = (try run(hooked: false), try run(hooked: true))
    expectClose(fused.0, apart.0, absolute: 1e-5)
    for (a, b) in zip(fused.1, apart.1) {
      expectClose(a, b, absolute: 1e-4 * Double(b.map(abs).max() ?? 1))
    }
  }

  @Test("running statistics use the unbiased variance and a momentum of 0.1")
  func runningStatistics() {
    let norm = BatchNorm(1)
    _ = norm(Tensor([1, 2, 3, 6] as [Float], shape: [4, 1]))
    expectClose(norm.runningMean.value.floatScalars, [0.3], absolute: 1e-6)
    expectClose(norm.runningVar.value.floatScalars, [0.9 + 0.1 * 14 / 3], absolute: 1e-6)
    #expect(norm.numBatchesTracked.value.scalars(as: Int64.self) == [1])
  }

  @Test("dropout keeps 1 - p of the elements, scales them, and is reproducible")
  func dropout() {
    let layer = Dropout(0.25)
    let x = Tensor.ones([200_000])
    let y = layer(x).floatScalars
    let kept = y.count { $0 != 0 }
    #expect(abs(Double(kept) / 200_000 - 0.75) < 0.00485)
    #expect(Set(y) == [0, Float(1 / 0.75)])
    layer.random = RandomSource(seed: 0, 0xD0)
    #expect(layer(x).floatScalars == y)
    layer.eval()
    #expect(layer(x).floatScalars == x.floatScalars)
  }

  @Test("a state dictionary keeps its order and is changed by name")
  func stateDictionary() {
    var state: StateDictionary = ["b": Tensor([Float(1)]), "a": Tensor([Float(2)])]
    #expect(state.names == ["b", "a"] && state.count == 2 && state[1].name == "a")
    state["c"] = Tensor([Float(3)])
    state["b"] = Tensor([Float(4)])
    #expect(state.names == ["b", "a", "c"])
    #expect(state.map { $0.tensor.floatScalars } == [[4], [2], [3]])
    state["b"] = nil
    state["d"] = nil
    #expect(state.names == ["a", "c"] && state["c"]?.floatScalars == [3] && state["b"] == nil)
    #expect(state.filter { $0.name != "a" }.names == ["c"])
    #expect(
      StateDictionary(["z": Tensor([Float(1)]), "y": Tensor([Float(1)])]).names == ["y", "z"])
  }

  @Test("two tensors of the same name trap")
  func duplicateNames() async {
    await #expect(processExitsWith: .failure) {
      _ = StateDictionary([
        (name: "a", tensor: Tensor.ones([1])), (name: "a", tensor: Tensor.ones([1])),
      ])
    }
  }

  @Test("He initialization uses fan-in or fan-out, and includes linear layers only on request")
  func kaiming() {
    let layers = Sequential(Conv2D(4, 6, kernelSize: 3, groups: 2), Linear(5, 7))
    layers.initializeKaimingNormal(.fanOut)
    #expect(layers.parameters[0].initializer == .kaimingNormal(fan: 6 * 9))
    #expect(layers.parameters[2].initializer == .pyTorchDefault(fanIn: 5))
    layers.initializeKaimingNormal(.fanIn, linear: true)
    #expect(layers.parameters[0].initializer == .kaimingNormal(fan: 2 * 9))
    #expect(layers.parameters[2].initializer == .kaimingNormal(fan: 5))
  }
}
