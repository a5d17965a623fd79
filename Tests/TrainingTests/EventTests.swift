import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Records the events by fastai's names, and throws an interruption at one of them.
private final class Listener: Callback {
  var seen: [String] = []
  private let raise: (event: String, call: Int, what: Interruption)?
  private var calls = 0

  init(_ raise: (event: String, call: Int, what: Interruption)?) { self.raise = raise }

  private func record(_ event: String) throws {
    seen.append(event)
    guard let raise, raise.event == event else { return }
    calls += 1
    if calls == raise.call { throw raise.what }
  }

  func beforeFit(_ learner: Learner) throws { try record("before_fit") }
  func beforeEpoch(_ learner: Learner) throws { try record("before_epoch") }
  func beforeTrain(_ learner: Learner) throws { try record("before_train") }
  func beforeBatch(_ learner: Learner) throws { try record("before_batch") }
  func afterPrediction(_ learner: Learner) throws { try record("after_pred") }
  func afterLoss(_ learner: Learner) throws { try record("after_loss") }
  func beforeBackward(_ learner: Learner) throws { try record("before_backward") }
  func afterCancelBackward(_ learner: Learner) throws { try record("after_cancel_backward") }
  func afterBackward(_ learner: Learner) throws { try record("after_backward") }
  func beforeStep(_ learner: Learner) throws { try record("before_step") }
  func afterCancelStep(_ learner: Learner) throws { try record("after_cancel_step") }
  func afterStep(_ learner: Learner) throws { try record("after_step") }
  func afterCancelBatch(_ learner: Learner) throws { try record("after_cancel_batch") }
  func afterBatch(_ learner: Learner) throws { try record("after_batch") }
  func afterCancelTrain(_ learner: Learner) throws { try record("after_cancel_train") }
  func afterTrain(_ learner: Learner) throws { try record("after_train") }
  func beforeValidate(_ learner: Learner) throws { try record("before_validate") }
  func afterCancelValidate(_ learner: Learner) throws { try record("after_cancel_validate") }
  func afterValidate(_ learner: Learner) throws { try record("after_validate") }
  func afterCancelEpoch(_ learner: Learner) throws { try record("after_cancel_epoch") }
  func afterEpoch(_ learner: Learner) throws { try record("after_epoch") }
  func afterCancelFit(_ learner: Learner) throws { try record("after_cancel_fit") }
  func afterFit(_ learner: Learner) throws { try record("after_fit") }
}

@Suite("The order of events is fastai's")
struct EventTests {
  private struct File: Decodable {
    struct Raise: Decodable {
      let `in`: String
      let at_call: Int
      let what: String
    }
    struct Case: Decodable {
      let raise: Raise?
      let fit_ends: String
      let events: [String]
    }
    let cases: [Case]
  }

  @Test("normal ends and every cancellation")
  func events() throws {
    let names: [String: Interruption] = [
      "CancelBackwardException": .cancelBackward, "CancelStepException": .cancelStep,
      "CancelBatchException": .cancelBatch, "CancelTrainException": .cancelTrain,
      "CancelValidException": .cancelValidate, "CancelEpochException": .cancelEpoch,
      "CancelFitException": .cancelFit,
    ]
    let cases = try Fixture.json("training/events.json", as: File.self).cases
    #expect(cases.count == 8)
    for test in cases {
      let raise = try test.raise.map { ($0.in, $0.at_call, try #require(names[$0.what])) }
      let (seen, ended) = try run(raise)
      #expect((test.fit_ends == "normally") == ended, "\(String(describing: test.raise))")
      #expect(seen == test.events, "\(String(describing: test.raise))")
    }
  }

  @Test("a canceled backward pass, which is not in the fixture")
  func cancelBackward() throws {
    let normal = try run(nil).seen
    let canceled = try run(("before_backward", 3, .cancelBackward)).seen
    let third = try #require(
      normal.indices.filter { normal[$0] == "before_backward" }.dropFirst(2).first)
    #expect(canceled == normal[...third] + ["after_cancel_backward"] + normal[(third + 1)...])
  }

  /// The events of two epochs, and whether the fit returned without an error.
  private func run(_ raise: (String, Int, Interruption)?) throws -> (seen: [String], ended: Bool) {
    let listener = Listener(raise)
    let inputs = Tensor.ones([4, 3])
    let targets = Tensor([0, 1, 0, 1] as [Int64])
    let learner = Learner(
      model: Sequential(Linear(3, 2)),
      train: TensorBatches(inputs: inputs, targets: targets, batchSize: 2),
      valid: TensorBatches(inputs: inputs, targets: targets, batchSize: 4), callbacks: [listener])
    learner.recorder.printsTable = false
    do {
      try learner.fit(2)
    } catch is Interruption {
      return (listener.seen, false)
    }
    return (listener.seen, true)
  }
}
