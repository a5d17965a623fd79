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

  @Test(
    "an RGB network with the weights of a gray one equals it on gray images in all channels",
    arguments: [("resnet18", 3), ("resnet18d", 4), ("xresnet18", 2)])
  func fromGray(name: String, channels: Int) throws {
    let architecture = try Architecture.named(name)
    let gray = architecture.makeModel(classCount: 3, inputChannels: 1)
    gray.initialize(seed: 5)
    for case let norm as BatchNorm in gray.modules {
      norm.weight.value = Tensor(repeating: 0.9, shape: norm.weight.shape)
    }
    let wide = architecture.makeModel(classCount: 3, inputChannels: channels)
    #expect(wide.load(wide.fitting(gray.stateDictionary)).isComplete)
    var random = RandomSource(seed: 4)
    let x = Tensor((0..<(64 * 64)).map { _ in Float(random.normal()) }, shape: [1, 1, 64, 64])
    let copies = Tensor.concatenated([Tensor](repeating: x, count: channels), axis: 1)
    #expect(
      relativeDifference(wide.eval()(copies).floatScalars, gray.eval()(x).floatScalars) < 1e-5)
  }

  @Test("adapted filters, computed by hand")
  func byHand() {
    let rgb = Tensor([Float](arrayLiteral: 1, 2, 4, 8, 16, 32), shape: [2, 3, 1, 1])
    #expect(StemRule.fastai.adapted(rgb, to: 1).floatScalars == [7, 56])
    #expect(StemRule.fastai.adapted(rgb, to: 2).floatScalars == [1.5, 3, 12, 24])
    #expect(
      StemRule.fastai.adapted(rgb, to: 5).floatScalars == [1, 2, 4, 0, 0, 8, 16, 32, 0, 0])
    #expect(StemRule.timm.adapted(rgb, to: 4).floatScalars == [0.75, 1.5, 3, 0.75, 6, 12, 24, 6])
    let gray = Tensor([Float](arrayLiteral: 3, 6), shape: [2, 1, 1, 1])
    #expect(StemRule.fastai.adapted(gray, to: 3).floatScalars == [1, 1, 1, 2, 2, 2])
    #expect(StemRule.timm.adapted(gray, to: 2).floatScalars == [1.5, 1.5, 3, 3])
  }

  @Test("filters that are neither RGB nor gray trap")
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
    // Filters that fit, or are neither RGB nor gray, do not change.
    #expect(rgb.fitting(weights)["\(stem).weight"]?.shape[1] == 3)
    let six = architecture.makeModel(classCount: 3, inputChannels: 6)
    #expect(gray.load(gray.fitting(six.stateDictionary)).mismatched.count == 1)
  }
}
