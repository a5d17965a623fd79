import Hooks
import Layers
import Tensors
import TestSupport
import Testing

private final class Scaled: Module {
  let scale = Parameter(Tensor([2, 3] as [Float]))
  let inner = Linear(2, 2, bias: false)
  override func forward(_ input: Tensor) -> Tensor {
    inner(input) * scale.watched(with: input)
  }
}

private final class SmallNet: Module {
  let stem = Conv2D(3, 4, kernelSize: 3, stride: 2, padding: 1)
  let norm = BatchNorm(4)
  let relu = ReLU()
  let pool = AdaptiveAvgPool2D()
  let unused = Linear(7, 7)
  let head = Sequential(Flatten(), Linear(4, 2), Scaled())
  override func forward(_ input: Tensor) -> Tensor {
    let x = relu(norm(stem(input)))
    return head(pool(relu(x)))
  }
}

@Suite("Model summary")
struct ModelSummaryTests {
  @Test("layers, shapes, parameters and multiply-adds")
  func summary() throws {
    let model = SmallNet()
    model.norm.weight.requiresGradient = false
    let summary = ModelSummary(of: model, input: [5, 3, 9, 8])
    #expect(summary.input == [5, 3, 9, 8] && summary.output == [5, 2])
    #expect(
      summary.layers.map(\.path) == [
        "stem", "norm", "relu", "pool", "unused", "head.0", "head.1", "head.2", "head.2.inner",
      ])
    #expect(
      summary.layers.map(\.output) == [
        [5, 4, 5, 4], [5, 4, 5, 4], [5, 4, 5, 4], [5, 4, 1, 1], nil, [5, 4], [5, 2], [5, 2],
        [5, 2],
      ])
    #expect(summary.layers.map(\.parameters) == [112, 8, 0, 0, 56, 0, 10, 2, 4])
    #expect(summary.layers.map(\.trainable) == [112, 4, 0, 0, 56, 0, 10, 2, 4])
    #expect(
      summary.layers.map(\.multiplyAdds) == [5 * 4 * 5 * 4 * 27, 0, 0, 0, 0, 0, 40, 0, 20])
    #expect(summary.parameters == 192 && summary.trainable == 188)
    #expect(summary.layers[0].kind == "Conv2D" && summary.layers[7].kind == "Scaled")
  }

  @Test("the text is a table of 80 columns; long paths are truncated")
  func text() {
    let model = SmallNet()
    model.norm.weight.requiresGradient = false
    model.unused.weight.requiresGradient = false
    model.unused.bias?.requiresGradient = false
    let lines = "\(ModelSummary(of: model, input: [5, 3, 9, 8]))".split(separator: "\n")
    #expect(
      lines == [
        "layer         type               output     parameters  train  MMACs",
        "stem          Conv2D             4 x 5 x 4         112  yes      0.0",
        "norm          BatchNorm          4 x 5 x 4           8  part",
        "relu          ReLU               4 x 5 x 4",
        "pool          AdaptiveAvgPool2D  4 x 1 x 1",
        "unused        Linear                                56  no",
        "head.0        Flatten            4",
        "head.1        Linear             2                  10  yes      0.0",
        "head.2        Scaled             2                   2  yes",
        "head.2.inner  Linear             2                   4  yes      0.0",
        "parameters: 192, trainable: 132, multiply-adds: 0.0 million",
      ])
    let long = String(repeating: "x", count: 90) + "yz"
    let deep = Sequential(named: [(long, Linear(1200, 1000, bias: false))])
    let text = "\(ModelSummary(of: deep, input: [1, 1200]))".split(separator: "\n")
    #expect(text.map(\.count).max() == 80)
    #expect(text[1].hasPrefix("…xx") && text[1].contains("xyz  Linear"))
    #expect(text[1].contains("1,200,000  yes      1.2"))
  }

  @Test("mode, hooks, statistics and values of the network do not change")
  func unchanged() {
    let model = SmallNet()
    model.norm.eval()
    let x = Tensor(repeating: 0.5, shape: [2, 3, 8, 8])
    _ = ModelSummary(of: model, input: [2, 3, 8, 8])
    #expect(model.isTraining && !model.norm.isTraining)
    #expect(model.norm.numBatchesTracked.value.scalars(as: Int64.self) == [0])
    #expect(model.modules.allSatisfy { !$0.isHooked })
    #expect(model(x).floatScalars.contains { $0 != 0 })
  }

  @Test("an input of a wrong shape traps")
  func wrongInput() async {
    await #expect(processExitsWith: .failure) {
      _ = ModelSummary(of: SmallNet(), input: [1, 1, 8, 8])
    }
    await #expect(processExitsWith: .failure) {
      _ = ModelSummary(of: Linear(3, 2), input: [1, 4])
    }
    await #expect(processExitsWith: .failure) {
      _ = ModelSummary(of: BatchNorm(3), input: [1, 4, 2, 2])
    }
  }
}
