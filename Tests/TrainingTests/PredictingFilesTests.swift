import DataBlocks
import Files
import Foundation
import Imaging
import Layers
import Synchronization
import Tensors
import TestSupport
import Testing
import Training

/// A small network with everything that a forward pass changes: folded filters, parameters drawn when first read, dropout.
final class FoldingNet: Module {
  let conv = Conv2D(3, 8, kernelSize: 3, padding: 1, bias: false)
  let norm = BatchNorm(8)
  let relu = ReLU()
  let dropout = Dropout(0.5)
  let fc: Linear

  init(_ outputs: Int) { fc = Linear(8, outputs) }

  override func forward(_ input: Tensor) -> Tensor {
    fc(dropout(Module.convolved(conv, norm, relu, input).mean(axes: [2, 3])))
  }
}

@Suite("Predicting files: sources, threads, test time augmentation, targets of all kinds")
struct PredictingFilesTests {
  private let pipeline = Pipeline(
    [Resize(16)] + augTransforms(doFlip: true, maxRotate: 30, maxZoom: 1.4))

  /// Small images with noise, which are not symmetric.
  private func withImages(
    _ labels: [String?], _ body: ([DataItem]) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(
      try labels.enumerated().map { number, label in
        var random = RandomSource(seed: UInt64(number))
        let samples = (0..<(20 * 18)).map { place in
          UInt8(min(255, place % 20 * 9 + Int(random.next() % 60) + number))
        }
        let path: String
        if number % 2 == 0 {
          path = "\(folder)/\(number).png"
          try PNG.write(PixelBuffer(width: 20, height: 18, channels: 1, samples: samples), to: path)
        } else {
          path = "\(folder)/\(number).dcm"
          try Data(
            SmallDICOM.file(pixels: samples, rows: 18, columns: 20, instance: "1.2.3.\(number)")
          ).write(to: URL(fileURLWithPath: path))
        }
        return DataItem(path: path, label: label, patient: "p\(number / 2)")
      })
  }

  @Test("a path, the file's bytes and its pixels give the same answer; each row knows its file")
  func sources() throws {
    try withImages(["a", "b", "a", "b"]) { items in
      let predictor = Predictor(model: FoldingNet(2), vocab: ["a", "b"], pipeline: pipeline)
      let rows = try predictor.getPreds(items, workers: 2)
      #expect(rows.items.map(\.path) == items.map(\.path))
      #expect(rows.items.map(\.sopInstanceUID) == [nil, "1.2.3.1", nil, "1.2.3.3"])
      #expect(rows.items.map(\.patient) == ["p0", "p0", "p1", "p1"])
      for (row, item) in items.enumerated() {
        let data = try Data(contentsOf: URL(fileURLWithPath: item.path))
        let wanted = try predictor.predict(item.path)
        expectClose(
          wanted.probabilities, rows.probabilities[row].map(Double.init), absolute: 1e-6)
        #expect(try predictor.predict(data).probabilities == wanted.probabilities)
        #expect(try predictor.predict([UInt8](data)).label == wanted.label)
        let pixels = try predictor.prepare(item.path).original
        #expect(try predictor.predict(pixels).probabilities == wanted.probabilities)
      }
      let error = #expect(throws: DataError.self) {
        try predictor.predict(Data("no image".utf8), name: "upload")
      }
      #expect(error?.place.file == "upload")
    }
  }

  @Test("a model whose output is NaN is an error for each kind of source")
  func notFinite() throws {
    let model = FoldingNet(2)
    model.fc.bias?.value = Tensor([.nan, 0] as [Float])
    let predictor = Predictor(model: model, vocab: ["a", "b"], pipeline: pipeline)
    let pixels = PixelBuffer(
      width: 8, height: 8, channels: 1, samples: [UInt8](repeating: 9, count: 64))
    let error = #expect(throws: DataError.self) { try predictor.predict(pixels) }
    #expect(error?.reason == .outputNotFinite)
  }

  @Test("8 threads with 50 predictions each, while one predicts a list: the bits of a serial run")
  func threads() throws {
    try withImages((0..<10).map { _ in "a" }) { items in
      let model = FoldingNet(3)
      model.train()
      let predictor = Predictor(model: model, vocab: ["a", "b", "c"], pipeline: pipeline)
      let reference = FoldingNet(3)
      reference.load(model.stateDictionary)
      let serial = Predictor(model: reference, vocab: ["a", "b", "c"], pipeline: pipeline)
      let wanted = try items.map { try serial.predict($0.path).probabilities }
      let list = try serial.getPreds(items, batchSize: 4, workers: 0).probabilities
      let results = Mutex<[(Int, [Double])]>([])
      let lists = Mutex<[[[Float]]]>([])
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 9) { thread in
        do {
          if thread == 8 {
            for _ in 0..<10 {
              let found = try predictor.getPreds(items, batchSize: 4, workers: 2)
              lists.withLock { $0.append(found.probabilities) }
            }
            return
          }
          for number in 0..<50 {
            let place = (thread * 7 + number) % items.count
            let found = try predictor.predict(items[place].path).probabilities
            results.withLock { $0.append((place, found)) }
          }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
      #expect(failures.withLock { $0 } == [])
      let all = results.withLock { $0 }
      #expect(all.count == 400)
      #expect(all.allSatisfy { $0.1 == wanted[$0.0] })
      #expect(lists.withLock { $0.count == 10 && $0.allSatisfy { $0 == list } })
      #expect(model.modules.allSatisfy { $0.isTraining })
    }
  }

  @Test("test time augmentation: the mean of seeded passes, mixed with a plain one, without flips")
  func tta() throws {
    try withImages(["a", "b", "a"]) { items in
      let model = FoldingNet(2)
      let predictor = Predictor(model: model, vocab: ["a", "b"], pipeline: pipeline)
      let plain = try predictor.getPreds(items, workers: 0)
      let found = try predictor.tta(items, workers: 0)
      #expect(found.probabilities != plain.probabilities)
      #expect(found.targets == plain.targets && found.items == plain.items)
      #expect(found.probabilities.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
      #expect(try predictor.tta(items, workers: 3).probabilities == found.probabilities)
      #expect(try predictor.tta(items, seed: 7).probabilities != found.probabilities)
      // Only the plain pass.
      expectClose(
        Array(try predictor.tta(items, beta: 1).probabilities.joined()),
        Array(plain.probabilities.joined()), absolute: 1e-7)
      // (1 - beta) · mean + beta · plain.
      let mean = try predictor.tta(items, beta: 0).probabilities
      expectClose(
        Array(found.probabilities.joined()).map(Double.init),
        zip(mean.joined(), plain.probabilities.joined()).map {
          0.75 * Double($0) + 0.25 * Double($1)
        }, absolute: 1e-6)
      let highest = try predictor.tta(items, useMax: true).probabilities
      #expect(zip(highest.joined(), plain.probabilities.joined()).allSatisfy { $0 >= $1 })
      // A pipeline that mirrors always: without the flip, each pass is the plain one.
      let mirrored = Predictor(
        model: model, vocab: ["a", "b"],
        pipeline: Pipeline([
          Resize(16, method: .squish), Flip(probability: 1), Dihedral(probability: 1),
        ]))
      let own = try mirrored.getPreds(items)
      expectClose(
        Array(try mirrored.tta(items).probabilities.joined()), Array(own.probabilities.joined()),
        absolute: 1e-6)
      #expect(
        try mirrored.tta(items, allowsHorizontalFlip: true).probabilities != own.probabilities)
    }
  }

  @Test("temperature and threshold of a predictor decide for one file and for many")
  func calibrated() throws {
    try withImages(["a", "b", "a", "b"]) { items in
      let plain = Predictor(model: FoldingNet(2), vocab: ["a", "b"], pipeline: pipeline)
      let rows = try plain.getPreds(items)
      let scores = rows.probabilities.map { Double($0[1]) }.sorted()
      let threshold = (scores[1] + scores[2]) / 2
      let decided = plain.calibrated(PredictorCalibration(threshold: threshold))
      #expect(plain.threshold == nil && decided.threshold == threshold)
      let found = try decided.getPreds(items)
      #expect(found.probabilities == rows.probabilities)
      #expect(found.decoded == rows.probabilities.map { Double($0[1]) >= threshold ? 1 : 0 })
      #expect(found.decoded.count { $0 == 1 } == 2)
      for (item, index) in zip(items, found.decoded) {
        let answer = try decided.predict(item.path)
        #expect(answer.index == index && answer.label == ["a", "b"][index])
      }
      let warm = plain.calibrated(PredictorCalibration(temperature: 3))
      let soft = try warm.getPreds(items)
      #expect(soft.outputs == rows.outputs && soft.decoded == rows.decoded)
      let logits = rows.outputs[0].map { Double($0) / 3 }
      let exponentials = logits.map { exp($0) }
      expectClose(
        try warm.predict(items[0].path).probabilities,
        exponentials.map { $0 / exponentials.reduce(0, +) }, absolute: 1e-6)
      expectClose(
        soft.losses,
        rows.outputs.indices.map { row in
          -log(Double(soft.probabilities[row][soft.targets[row]]))
        }, absolute: 1e-5)
    }
  }

  @Test("several labels per item, from the table's cell to metrics and answers")
  func multiLabel() throws {
    let cells = ["Mass;Effusion", "Effusion", "", "Mass", "Effusion; Mass", "Edema", "Mass", ""]
    try withImages(cells) { items in
      let block = DataBlock<DataItem>(
        blocks: (ImageBlock(), MultiCategoryBlock()), splitter: IndexSplitter([6, 7]),
        itemTransforms: [Resize(16)])
      let loaders = try block.dataLoaders(items, batchSize: 3, workers: 2)
      #expect(loaders.vocab == ["Edema", "Effusion", "Mass"])
      let learner = Learner(
        model: FoldingNet(3), train: loaders.train, valid: loaders.valid,
        lossFunction: .standard(for: loaders.target),
        metrics: [.accuracyMulti(), .f1ScoreMulti(average: .micro), .rocAucMulti()])
      learner.recorder.printsTable = false
      try learner.fit(2, learningRate: 1e-2)
      let (loss, metrics) = try learner.validate()
      #expect(loss.isFinite && metrics[0].isFinite && metrics[1].isFinite)
      // No validation item has an edema.
      #expect(metrics[2].isNaN)
      let row = try #require(learner.recorder.rows.last)
      #expect(row.validLoss == loss && row.metrics[0].value == metrics[0])
      let rows = try learner.getPreds()
      #expect(rows.targetValues == [[0, 0, 1], [0, 0, 0]] && rows.targets.isEmpty)
      #expect(rows.losses.count == 2 && rows.items.map(\.path) == items.suffix(2).map(\.path))
      expectClose(
        Array(rows.probabilities.joined()),
        rows.outputs.joined().map { 1 / (1 + exp(-$0)) }, absolute: 1e-6)
      let predictor = Predictor(
        model: learner.model, vocab: loaders.vocab, pipeline: loaders.pipeline,
        target: loaders.target)
      let again = try predictor.getPreds(Array(items.suffix(2)))
      #expect(again.targetValues == rows.targetValues)
      let answer = try predictor.predict(items[6].path)
      #expect(
        answer.label
          == zip(loaders.vocab, answer.probabilities).filter { $0.1 > 0.5 }.map(\.0)
          .joined(separator: ";"))
      let unknown = #expect(throws: DataError.self) {
        try predictor.getPreds([DataItem(path: items[0].path, label: "Mass;Nodule")])
      }
      #expect(unknown?.reason == .unknownLabel("Nodule", known: loaders.vocab))
    }
  }

  @Test("numbers per item, from the table's cell to metrics and answers")
  func regression() throws {
    try withImages((0..<8).map { "\(Double($0) / 4);\($0 % 3)" }) { items in
      let block = DataBlock<DataItem>(
        blocks: (ImageBlock(), RegressionBlock()), splitter: IndexSplitter([5, 6, 7]),
        itemTransforms: [Resize(16)])
      let loaders = try block.dataLoaders(items, batchSize: 3, workers: 0)
      #expect(loaders.target.outputCount == 2 && loaders.vocab.isEmpty)
      let learner = Learner(
        model: FoldingNet(2), train: loaders.train, valid: loaders.valid,
        lossFunction: .standard(for: loaders.target), metrics: [.mse, .mae, .r2Score, .accuracy])
      learner.recorder.printsTable = false
      try learner.fit(1, learningRate: 1e-3)
      let (loss, metrics) = try learner.validate()
      expectClose([loss], [metrics[0]], relative: 1e-5)
      #expect(metrics[1].isFinite && metrics[2].isFinite && metrics[3].isNaN)
      let predictor = Predictor(
        model: learner.model, vocab: [], pipeline: loaders.pipeline, target: loaders.target)
      let rows = try predictor.getPreds(items)
      #expect(rows.probabilities == rows.outputs && rows.targetValues[5] == [1.25, 2])
      let answer = try predictor.predict(items[0].path)
      expectClose(answer.probabilities, rows.outputs[0].map(Double.init), absolute: 1e-5)
      #expect(answer.label.split(separator: ";").count == 2)
      for label in ["x;1", "1", "nan;1", "1e99;0"] {
        let error = #expect(throws: DataError.self) {
          try predictor.getPreds([DataItem(path: items[0].path, label: label)])
        }
        #expect(error?.reason == .notNumbers(label, expected: 2))
      }
    }
  }

  @Test("class weights: validate's loss is that of the table of epochs, to the bit")
  func weightedLoss() throws {
    try withImages(["a", "b", "a", "a", "b", "a", "b"]) { items in
      let loaders = try DataLoaders(
        train: items, valid: items, pipeline: Pipeline([Resize(16)]), batchSize: 3, workers: 0)
      let learner = Learner(
        model: FoldingNet(2), train: loaders.train, valid: loaders.valid,
        lossFunction: .crossEntropy(weights: [1, 5]), metrics: [.accuracy])
      learner.recorder.printsTable = false
      try learner.fit(1, learningRate: 1e-3)
      #expect(try learner.validate().loss == learner.recorder.rows.last?.validLoss)
      // A training loader's items come in their order, all of them.
      let rows = try learner.getPreds(loaders.train)
      #expect(rows.itemIndices == Array(0..<7) && rows.targets == [0, 1, 0, 0, 1, 0, 1])
      let mixed = try learner.tta(n: 2)
      #expect(mixed.count == 7 && mixed.items.count == 7)
    }
  }
}
