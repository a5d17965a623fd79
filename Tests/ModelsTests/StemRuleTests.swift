import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("RGB filters adapted to other numbers of channels")
struct StemRuleTests {
  @Test(
    "adapted filters are fastai's and timm's", arguments: [1, 2, 4, 6], [StemRule.fastai, .timm])
  func fixture(channels: Int, rule: StemRule) throws {
    let tensors = try SafetensorsFixture.load("models/first_conv.safetensors")
    let stored = try #require(tensors["weight"])
    let adapted = rule.adapted(Tensor(stored.floats, shape: stored.shape), to: channels)
    let expected = try #require(tensors["\(rule).n_in\(channels)"])
    #expect(adapted.shape == expected.shape)
    expectClose(adapted.floatScalars, expected.floats, absolute: 1e-7, "\(rule), \(channels)")
  }

  @Test("filters that are not RGB trap")
  func notRGB() async {
    await #expect(processExitsWith: .failure) {
      _ = StemRule.fastai.adapted(Tensor.ones([4, 2, 3, 3]), to: 1)
    }
  }

  @Test(
    "a network for gray images with RGB weights equals the RGB network on gray RGB images",
    arguments: [("resnet18", "conv1"), ("resnet18d", "conv1.0"), ("xresnet18", "0.0")])
  func gray(name: String, stem: String) throws {
    let architecture = try Architecture.named(name)
    let rgb = architecture.makeModel(classCount: 3)
    rgb.initialize(seed: 5)
    for case let norm as BatchNorm in rgb.modules {
      norm.weight.value = Tensor(repeating: 0.9, shape: norm.weight.shape)
    }
    let gray = architecture.makeModel(classCount: 3, inputChannels: 1)
    #expect(gray.firstConvolution?.path == stem)
    let weights = rgb.stateDictionary
    #expect(gray.load(weights).mismatched.map(\.name) == ["\(stem).weight"])
    #expect(gray.load(gray.fitting(weights)).isComplete)
    var random = RandomSource(seed: 4)
    let x = Tensor((0..<(64 * 64)).map { _ in Float(random.normal()) }, shape: [1, 1, 64, 64])
    let wide = Tensor.concatenated([x, x, x], axis: 1)
    #expect(
      relativeDifference(gray.eval()(x).floatScalars, rgb.eval()(wide).floatScalars) < 1e-5)
    // Filters that fit, or are not RGB, do not change.
    #expect(rgb.fitting(weights)["\(stem).weight"]?.shape[1] == 3)
    let six = architecture.makeModel(classCount: 3, inputChannels: 6)
    #expect(six.load(six.fitting(gray.fitting(weights))).mismatched.count == 1)
  }
}
