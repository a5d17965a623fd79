import DataBlocks
import Files
import Foundation
import Imaging
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Ten times the mean of each channel; batch norm and dropout change the result in training mode only.
private final class ChannelMeans: Module {
  let norm = BatchNorm(3)
  let dropout = Dropout(0.5)
  override func forward(_ input: Tensor) -> Tensor {
    dropout(norm(input).mean(axes: [2, 3])) * 10
  }
}

@Suite("Predictors")
struct PredictorTests {
  private let vocab = ["red", "green", "blue"]
  private let model = ChannelMeans()
  private var predictor: Predictor {
    Predictor(model: model, vocab: vocab, pipeline: Pipeline([Resize(8)]))
  }

  /// Images of one color each, with the color as label, in a temporary folder.
  private func withImages(_ colors: [Int], _ body: ([DataItem]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(
      try colors.enumerated().map { number, color in
        let samples = (0..<(12 * 10 * 3)).map { index in
          index % 3 == color ? UInt8(170 + number) : UInt8(90 + index % 7)
        }
        let path = "\(folder)/\(number).png"
        try PNG.write(PixelBuffer(width: 12, height: 10, channels: 3, samples: samples), to: path)
        return DataItem(path: path, label: vocab[color])
      })
  }

  /// Softmax in double precision.
  private func softmax(_ logits: [Float]) -> [Double] {
    let maximum = Double(logits.max() ?? 0)
    let exponentials = logits.map { exp(Double($0) - maximum) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  private func logits(_ image: PreparedImage) -> [Float] {
    model.evaluating { model(image.input) }.floatScalars
  }

  @Test("a file and its prepared image: probabilities are the softmax of the model's output")
  func predict() throws {
    try withImages([2, 0, 1, 1]) { items in
      for (item, color) in zip(items, [2, 0, 1, 1]) {
        let image = try predictor.prepare(item.path)
        #expect(image.input.shape == [1, 3, 8, 8])
        let (fromFile, fromImage) = (try predictor.predict(item.path), predictor.predict(image))
        let wanted = softmax(logits(image))
        expectClose(fromFile.probabilities, wanted, absolute: 1e-6, "probabilities")
        #expect(fromFile.probabilities == fromImage.probabilities)
        #expect(fromFile.index == color && fromImage.index == color)
        #expect(fromFile.label == vocab[color] && fromImage.label == vocab[color])
      }
    }
  }

  @Test("predictions run in evaluation mode and restore the mode of every module")
  func modes() throws {
    try withImages([0, 1, 2]) { items in
      model.train()
      model.norm.eval()
      let modes = [true, false, true]
      #expect(model.modules.map(\.isTraining) == modes)
      let image = try predictor.prepare(items[0].path)
      let first = predictor.predict(image).probabilities
      #expect(model.modules.map(\.isTraining) == modes)
      #expect(try predictor.predict(items[0].path).probabilities == first)
      #expect(model.modules.map(\.isTraining) == modes)
      model.norm.train()
      let found = try predictor.predictions(for: items, workers: 0)
      expectClose(
        found.probabilities[0].map(Double.init), first, absolute: 1e-6, "in training mode")
      #expect(model.modules.allSatisfy { $0.isTraining })
      let unread = [items[0], DataItem(path: items[0].path + ".missing")]
      #expect(throws: DataError.self) { try predictor.predictions(for: unread, workers: 0) }
      #expect(model.modules.allSatisfy { $0.isTraining })
      let counts = model.namedBuffers.filter { $0.name.hasSuffix("num_batches_tracked") }
      #expect(counts.map { $0.buffer.value.scalars(as: Int64.self) } == [[0]])
    }
  }

  @Test("rows are in the order of the items, with targets and losses", arguments: [0, 2])
  func order(workers: Int) throws {
    let colors = [2, 0, 1, 1, 0, 2, 0]
    try withImages(colors) { items in
      var items = items
      items[3].label = "blue"  // A wrong label: its loss is high, its decoded class stays green.
      let found = try predictor.predictions(for: items, batchSize: 3, workers: workers)
      let targets = [2, 0, 1, 2, 0, 2, 0]
      #expect(found.itemIndices == Array(0..<7) && found.targets == targets)
      #expect(found.decoded == colors)
      try #require(found.losses.count == 7 && found.outputs.count == 7)
      for index in items.indices {
        let output = logits(try predictor.prepare(items[index].path))
        expectClose(found.outputs[index], output, absolute: 1e-5, "outputs \(index)")
        let wanted = softmax(output)
        expectClose(
          found.probabilities[index].map(Double.init), wanted, absolute: 1e-6, "item \(index)")
        expectClose(
          [found.losses[index]], [-log(wanted[targets[index]])], absolute: 1e-5, "loss \(index)")
      }
    }
  }

  @Test("items without labels have neither targets nor losses")
  func withoutLabels() throws {
    try withImages([1, 2]) { items in
      let found = try predictor.predictions(
        for: items.map { DataItem(path: $0.path) }, workers: 0)
      #expect(found.decoded == [1, 2] && found.targets.isEmpty && found.losses.isEmpty)
    }
  }

  @Test("a label that is not in the vocabulary is an error that names the file")
  func unknownLabel() throws {
    try withImages([0, 1]) { items in
      var items = items
      items[1].label = "violet"
      let error = #expect(throws: DataError.self) {
        try predictor.predictions(for: items, workers: 0, unreadable: .skip)
      }
      #expect(error?.reason == .unknownLabel("violet", known: vocab))
      #expect(error?.place.file == items[1].path)
    }
  }

  @Test("an unreadable file is an error that names it, or is left out", arguments: [0, 2])
  func unreadable(workers: Int) throws {
    try withImages([0, 1, 2, 1]) { items in
      let broken = items[1].path
      try Data("no image".utf8).write(to: URL(fileURLWithPath: broken))
      let error = #expect(throws: DataError.self) {
        try predictor.predictions(for: items, batchSize: 2, workers: workers)
      }
      #expect(error?.place.file == broken)
      let single = #expect(throws: DataError.self) { try predictor.predict(broken) }
      #expect(single?.place.file == broken)
      let found = try predictor.predictions(
        for: items, batchSize: 2, workers: workers, unreadable: .skip)
      #expect(found.itemIndices == [0, 2, 3] && found.targets == [0, 2, 1])
      #expect(found.decoded == [0, 2, 1] && found.losses.count == 3)
    }
  }

  @Test("float targets: fit and validate run, and predictions have losses but no class targets")
  func floatTargets() throws {
    var random = RandomSource(seed: 4)
    let x = Tensor((0..<24).map { _ in Float(random.normal()) }, shape: [8, 3])
    let y = Tensor((0..<8).map { Float($0) }, shape: [8, 1])
    let batches = TensorBatches(inputs: x, targets: y, batchSize: 4)
    let mse = LossFunction(activation: { $0 }) { output, targets, reduction in
      output.mseLoss(targets, reduction: reduction)
    }
    let learner = Learner(
      model: Sequential(Linear(3, 1)), train: batches, valid: batches, lossFunction: mse)
    learner.recorder.printsTable = false
    try learner.fit(1, learningRate: 1e-2)
    let predictions = try learner.predictions(for: batches)
    #expect(predictions.targets.isEmpty && predictions.outputs.count == 8)
    #expect(try learner.validate().loss.isFinite)
  }

  /// The mean of the first channel as the only output.
  private final class OneOutput: Module {
    override func forward(_ input: Tensor) -> Tensor {
      input.mean(axes: [2, 3])[0..., 0..<1] * 4
    }
  }

  @Test("one output for two classes is the logit of the second")
  func oneOutput() throws {
    let loss = LossFunction(activation: { $0.sigmoid() }) { output, target, _ in
      output.sigmoid().mean(axes: [1]) - target.converted(to: .float32)
    }
    let predictor = Predictor(
      model: OneOutput(), vocab: ["green", "red"],
      pipeline: Pipeline([Resize(8), Normalize.imageNet]),
      lossFunction: loss)
    try withImages([0, 1]) { items in
      for (item, expected) in zip(items, ["red", "green"]) {
        let answer = try predictor.predict(item.path)
        #expect(answer.label == expected && answer.probabilities.count == 2)
        #expect(abs(answer.probabilities.reduce(0, +) - 1) < 1e-6)
        #expect(answer.probabilities[answer.index] > 0.5)
      }
    }
  }
}
