import DataBlocks
import Foundation
import Layers
import Tensors
import Testing
import Training

/// Sleeps in an event.
private final class Sleeper: Callback {
  let order = 5
  func afterLoss(_ learner: Learner) throws { Thread.sleep(forTimeInterval: 0.004) }
}

/// Batches that take their time.
private struct SlowBatches: BatchSource {
  let batches: TensorBatches
  var batchCount: Int { batches.batchCount }

  var itemCount: Int { batches.itemCount }

  func batches(epoch: Int) -> any BatchIterator { Iterator(inner: batches.batches(epoch: epoch)) }

  struct Iterator: BatchIterator {
    var inner: any BatchIterator
    var position: Int? { inner.position }
    mutating func next() throws -> Batch? {
      Thread.sleep(forTimeInterval: 0.003)
      return try inner.next()
    }
  }
}

@Suite("Where the time of training goes")
struct LoopProfilerTests {
  @Test("waiting, steps, validation and callbacks add up to the time of the fit")
  func parts() throws {
    let model = Linear(3, 2)
    model.initialize(seed: 3)
    let source = SlowBatches(
      batches: TensorBatches(
        inputs: Tensor.zeros([20, 3]), targets: Tensor((0..<20).map { Int64($0 % 2) }),
        batchSize: 2))
    let profiler = LoopProfiler()
    let learner = Learner(
      model: model, train: source, valid: source, rule: SGD(), callbacks: [Sleeper()])
    learner.recorder.printsTable = false
    learner.report = { _ in }
    let started = ContinuousClock.now
    try learner.fit(2, learningRate: 0.01, callbacks: [profiler])
    let seconds = (ContinuousClock.now - started) / .seconds(1)

    #expect(profiler.trainBatches == 20 && profiler.validBatches == 20)
    // One more sleep than batches in each epoch, which finds the end.
    #expect(profiler.trainDataSeconds >= 22 * 0.003 && profiler.validDataSeconds >= 22 * 0.003)
    #expect(try #require(profiler.callbackSeconds["Sleeper"]) >= 40 * 0.004)
    #expect(profiler.callbackSeconds["Recorder"] != nil)
    #expect(profiler.trainSeconds > 0 && profiler.validSeconds > 0)
    // The sleeps of the callback and of the source are not part of the steps.
    #expect(profiler.seconds <= seconds)
    #expect(profiler.trainSeconds <= seconds - 44 * 0.003 - 40 * 0.004)
    for part in ["waiting for training images", "training steps", "validation", "Sleeper"] {
      #expect("\(profiler)".contains(part))
    }

    // The profiler measures its own fit only.
    try learner.fit(1, learningRate: 0.01)
    #expect(profiler.trainBatches == 20)
  }
}
