import Foundation
import Lightbox
import TestSupport
import Testing

/// The code of Docs/Contributing.md; the types are in Snippets+Contributing.swift.
@Suite("Worked examples of Contributing.md")
struct WorkedExamplesTests {
  /// The tape's gradient of `Σ f(x)`.
  private func gradient(_ values: [Float], _ f: (Tensor) -> Tensor) -> [Float] {
    let tape = Tape()
    let x = tape.watch(Tensor(values))
    return tape.gradients(of: f(x).sum(), withRespectTo: [x])[0].floatScalars
  }

  @Test("An operation of others has their gradient")
  func mish() {
    // torch.nn.functional.mish: x tanh(log(1 + e^x)).
    let x: [Float] = [-2, -0.5, 0, 1, 3]
    let expected = x.map { Double($0) * tanh(log1p(exp(Double($0)))) }
    expectClose(Tensor(x).mish().floatScalars.map(Double.init), expected, absolute: 1e-6)
    let step = 1e-2
    let slopes = x.map { x -> Double in
      let f = { (x: Double) in x * tanh(log1p(exp(x))) }
      return (f(Double(x) + step) - f(Double(x) - step)) / (2 * step)
    }
    expectClose(gradient(x) { $0.mish() }.map(Double.init), slopes, absolute: 1e-4)
  }

  @Test("An operation with a loop of its own")
  func softsign() {
    let x: [Float] = [-3, -1, 0, 0.5, 1]
    expectClose(Tensor(x).softsign().floatScalars, [-0.75, -0.5, 0, 1.0 / 3, 0.5], absolute: 1e-6)
    expectClose(
      gradient(x) { $0.softsign() }, [1.0 / 16, 0.25, 1, 4.0 / 9, 0.25], absolute: 1e-6)
  }

  @Test("A layer scales, is saved by its name, and gets a gradient")
  func layer() {
    let layer = LayerScale(2, initial: 0.5)
    let tape = Tape()
    let x = tape.record(Tensor([1, 2, 3, 4] as [Float], shape: [1, 2, 1, 2]))
    let y = layer(x)
    #expect(y.floatScalars == [0.5, 1, 1.5, 2])
    y.sum().backward()
    #expect(layer.gamma.gradient?.floatScalars == [3, 7])
    #expect(layer.stateDictionary.names == ["gamma"])
  }

  @Test("A callback ends the fit")
  func callback() throws {
    let model = Sequential(Linear(2, 2))
    model.initialize(seed: 1)
    let batches = TensorBatches(
      inputs: Tensor([1, 0, 0, 1, 1, 0, 0, 1] as [Float], shape: [4, 2]),
      targets: Tensor([0, 1, 0, 1] as [Int64]), batchSize: 2)
    let learner = Learner(
      model: model, train: batches, valid: batches, rule: SGD(),
      callbacks: [StopBelowLoss(0.3)])
    learner.recorder.printsTable = false
    var lines: [String] = []
    learner.report = { lines.append($0) }
    try learner.fit(100, learningRate: 0.5)
    let rows = learner.recorder.rows
    #expect(rows.count < 100 && lines.count == 1)
    #expect(rows.dropLast().allSatisfy { ($0.validLoss ?? 0) >= 0.3 })
    #expect((rows.last?.validLoss ?? 1) < 0.3)
  }

  @Test("A transform draws in training only, and is stored by its name")
  func transform() throws {
    let image = PixelBuffer(
      width: 8, height: 8, channels: 1, samples: (0..<64).map { UInt8($0 * 4) })
    let identity = Normalize(mean: [0], standardDeviation: [1])
    let plain = Pipeline([Resize(8), identity])
    let pipeline = Pipeline([Resize(8), RandomGamma(maximum: 2), identity])
    // Validation: nothing changes.
    #expect(
      try pipeline.prepare(image).input.floatScalars == plain.prepare(image).input.floatScalars)
    Pipeline.register(RandomGamma.self)
    let stored = try JSONEncoder().encode(pipeline)
    #expect(try JSONDecoder().decode(Pipeline.self, from: stored) == pipeline)
  }

  @Test("A model is created by its name, trained in groups and mapped")
  func model() throws {
    let known = Architecture.all + [.fourConvolutions]
    let model = try Architecture.named("four_convolutions", among: known).makeModel()
    model.initialize(seed: 2)
    let x = Tensor.ones([2, 3, 32, 32])
    #expect(model.eval()(x).shape == [2, 2])
    #expect(model.stateDictionary.names.first == "features.0.0.weight")
    #expect(model.body.eval()(x).shape == [2, 128, 2, 2])
  }

  @Test("A map method is the formula")
  func mapMethod() throws {
    let model = FourConvolutions(classCount: 2, inputChannels: 1)
    model.initialize(seed: 3)
    let image = PixelBuffer(
      width: 32, height: 32, channels: 1, samples: (0..<1024).map { UInt8($0 * 37 % 256) })
    let pipeline = Pipeline([Resize(32), Normalize(mean: [0.5], standardDeviation: [0.25])])
    let prepared = try pipeline.prepare(image)
    let explainer = Explainer(
      model: model, vocab: ["a", "b"], PositiveGradCAM(),
      layers: [TappedLayer("features", model.features)], options: .fmi)
    let map = try #require(try explainer(prepared, classes: [1]).maps.first?.map).floatScalars

    // The same by hand: a linear layer follows the mean over 4 cells, so the gradient of a cell is weight / 4.
    let (activation, weight) = withHook(on: model.features) { hook in
      _ = model.eval()(prepared.input)
      return (hook.stored?.floatScalars ?? [], model.fc.stateDictionary)
    }
    let row = try #require(weight["weight"]).floatScalars[128..<256].map { max($0, 0) / 4 }
    let expected = (0..<4).map { cell in
      zip(row, 0..<128).reduce(Float(0)) { $0 + $1.0 * activation[$1.1 * 4 + cell] }
    }
    expectClose(map, expected, absolute: 1e-5, relative: 1e-4)
  }
}
