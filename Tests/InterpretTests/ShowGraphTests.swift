import DataBlocks
import Files
import Foundation
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("The figure of a training")
struct ShowGraphTests {
  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/lightbox-\(UUID())"
    try createFolder(path)
    return path
  }

  private func learner(_ callbacks: [any Callback], valid: Bool = true) -> Learner {
    let net = Linear(3, 2)
    net.initialize(seed: 3)
    var random = RandomSource(seed: 5)
    let batches = TensorBatches(
      inputs: Tensor.normal(shape: [12, 3], deviation: 1, random: &random),
      targets: Tensor((0..<12).map { Int64($0 % 2) }), batchSize: 2)
    let learner = Learner(
      model: net, train: batches, valid: valid ? batches : nil,
      metrics: [.accuracy, Metric("nothing") { _ in .nan }], callbacks: callbacks)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return learner
  }

  /// Reads the figure after each epoch.
  private final class Reader: Callback {
    let order = 90
    let path: String
    var figures: [String] = []
    init(_ path: String) { self.path = path }
    func afterEpoch(_ learner: Learner) throws {
      #expect(try PNG.read(path + ".png").width > 600)
      figures.append(try String(contentsOfFile: path + ".svg", encoding: .utf8))
    }
  }

  @Test("both files exist after each epoch and change with it")
  func grows() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let graph = ShowGraphCallback(folder + "/deep/training.png")
    #expect(graph.path == folder + "/deep/training")
    let reader = Reader(graph.path)
    try learner([graph, reader]).fit(3, learningRate: 0.1)
    #expect(Set(reader.figures).count == 3)
    for word in ["train_loss", "valid_loss", "Learning rate", "Metrics", "accuracy"] {
      #expect(reader.figures[0].contains(word), "\(word)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/deep").count == 2)
    let plain = ShowGraphCallback(folder + "/plain")
    try learner([plain], valid: false).fit(1, learningRate: 0.1)
    let text = try String(contentsOfFile: plain.path + ".svg", encoding: .utf8)
    #expect(!text.contains("valid_loss") && !text.contains("Metrics"))
  }

  @Test("the epoch in which another callback ends the fit is drawn")
  func stopped() throws {
    final class Stopper: Callback {
      let order = 63
      func afterEpoch(_ learner: Learner) throws {
        if learner.epoch == 1 { throw Interruption.cancelFit }
      }
    }
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let graph = ShowGraphCallback(folder + "/training")
    try learner([graph, Stopper()]).fit(5, learningRate: 0.1)
    let state = try graph.state()
    #expect(
      String(decoding: state.json, as: UTF8.self).components(separatedBy: "validLoss").count == 3)
  }

  @Test("further fits continue, also in another process")
  func continues() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    final class Restorer: Callback {
      let order = 1000
      let graph: ShowGraphCallback
      let state: CallbackState
      init(_ graph: ShowGraphCallback, _ state: CallbackState) {
        (self.graph, self.state) = (graph, state)
      }
      func beforeFit(_ learner: Learner) throws { try graph.restore(state) }
    }
    let graph = ShowGraphCallback(folder + "/a")
    let first = learner([graph])
    try first.fit(2, learningRate: 0.1)
    let state = try graph.state()
    try first.fit(1, learningRate: 0.2)
    let again = ShowGraphCallback(folder + "/b")
    let second = learner([again])
    second.model.load(first.model.stateDictionary)
    try second.fit(
      1, learningRate: 0.2,
      callbacks: [Restorer(again, CallbackState(json: state.json, tensors: [:]))])
    let (whole, rest) = (try graph.state().json, try again.state().json)
    func shape(_ json: Data) throws -> [Int] {
      struct Curves: Decodable {
        struct Point: Decodable { let batch: Double }
        struct Epoch: Decodable { let batch: Int }
        let offset: Int, losses: [Point], epochs: [Epoch]
      }
      let curves = try JSONDecoder().decode(Curves.self, from: json)
      return [curves.offset] + curves.losses.map { Int($0.batch) } + curves.epochs.map(\.batch)
    }
    let found = try shape(whole)
    #expect(found == [18] + Array(1...18) + [6, 12, 18])
    #expect(try shape(rest) == found)
  }

  @Test("a figure that cannot be written does not end the training")
  func unwritable() throws {
    final class Spoiler: Callback {
      let path: String
      init(_ path: String) { self.path = path }
      func beforeTrain(_ learner: Learner) throws { try createFolder(path) }
    }
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var lines: [String] = []
    let learner = learner([
      ShowGraphCallback(folder + "/a"), Spoiler(folder + "/a.png"),
    ])
    learner.report = { lines.append($0) }
    try learner.fit(2, learningRate: 0.1)
    #expect(learner.totalSteps == 12 && lines.count == 2, "\(lines)")
    #expect(lines.first?.contains("a.png") == true)
  }

  @Test("recorded activations are restored with the same bits")
  func activations() throws {
    let stats = ActivationStats(withHistogram: true)
    let first = learner([stats])
    try first.fit(1, learningRate: 0.1)
    let state = try stats.state()
    #expect(state.tensors["stats"]?.shape == [6, 1, 44])
    final class Restorer: Callback {
      let order = 1000
      let stats: ActivationStats
      let state: CallbackState
      init(_ stats: ActivationStats, _ state: CallbackState) {
        (self.stats, self.state) = (stats, state)
      }
      func beforeFit(_ learner: Learner) throws { try stats.restore(state) }
    }
    let again = ActivationStats(withHistogram: true)
    let second = learner([again, Restorer(again, state)])
    try second.fit(2, learningRate: 0.1, startEpoch: 1)
    #expect(again.stats.prefix(6) == stats.stats[...] && again.stats.count == 12)
    #expect(again.steps == Array(0..<12))
    let other = ActivationStats()
    let third = learner([other, Restorer(other, state)])
    #expect(throws: CallbackStateError.self) { try third.fit(1) }
  }

  @Test("orders are fastai's")
  func orders() {
    #expect(ShowGraphCallback().order == 65 && ActivationStats().order == -20)
  }
}
