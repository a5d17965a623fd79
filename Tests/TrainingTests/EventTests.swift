import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

private final class Listener: Callback {
  var seen: [String] = []
  let raise: (event: String, call: Int, what: Interruption)?
  private var calls = 0
  init(_ raise: (event: String, call: Int, what: Interruption)?) { self.raise = raise }
  func handle(_ event: Event, _ learner: Learner) throws {
    guard learner.isFitting else { return }
    seen.append(event.rawValue)
    guard let raise, raise.event == event.rawValue else { return }
    calls += 1
    if calls == raise.call { throw raise.what }
  }
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
    #expect(cases.count > 5)
    for test in cases {
      let raise = try test.raise.map { ($0.in, $0.at_call, try #require(names[$0.what])) }
      let listener = Listener(raise)
      let inputs = Tensor.ones([4, 3])
      let targets = Tensor([0, 1, 0, 1] as [Int64])
      let learner = Learner(
        model: Sequential(Linear(3, 2)),
        train: TensorBatches(inputs: inputs, targets: targets, batchSize: 2),
        valid: TensorBatches(inputs: inputs, targets: targets, batchSize: 4), callbacks: [listener])
      learner.recorder.printsTable = false
      var ended = "normally"
      do { try learner.fit(2) } catch is Interruption { ended = "raised" }
      #expect(
        (test.fit_ends == "normally") == (ended == "normally"), "\(String(describing: test.raise))")
      #expect(listener.seen == test.events, "\(String(describing: test.raise))")
    }
  }
}
