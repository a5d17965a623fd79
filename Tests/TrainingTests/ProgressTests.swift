import Foundation
import Synchronization
import TestSupport
import Testing
import Training

@Suite("What training prints")
struct ProgressTests {
  /// Lines of text, from any thread.
  private final class Output: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func write(_ text: String) { texts.withLock { $0.append(text) } }
  }

  @Test("the table of epochs, byte by byte; long numbers move the columns after them")
  func table() throws {
    let scripted = ScriptedLearner(metrics: ["accuracy", "roc_auc_score"])
    let output = Output()
    scripted.learner.report = { output.write($0) }
    scripted.learner.recorder.printsTable = true
    scripted.script.set(
      train: [1000.5, 2000.25],
      valid: [
        "valid_loss": [0.5, 12345.5], "accuracy": [0.75, 1], "roc_auc_score": [0.625, .nan],
      ])
    try scripted.learner.fit(2, learningRate: 0.0)
    #expect(
      output.all == [
        "epoch     train_loss  valid_loss  accuracy  roc_auc_score  time",
        "0         1000.500000  0.500000    0.750000  0.625000       00:00",
        "1         1505.424242  12345.500000  1.000000  nan            00:00",
      ])
  }

  @Test("the table without validation, and a canceled epoch")
  func shortTables() throws {
    final class Canceler: Callback {
      func beforeTrain(_ learner: Learner) throws { throw Interruption.cancelEpoch }
    }
    for (hasValidation, wanted) in [
      (
        false,
        [
          "epoch     train_loss  time", "0         0.000000    00:00",
        ]
      ),
      (
        true,
        [
          "epoch     train_loss  valid_loss  accuracy  time",
          "0         0.000000                00:00",
        ]
      ),
    ] {
      let learner = ScriptedLearner(
        metrics: ["accuracy"], hasValidation: hasValidation, callbacks: [Canceler()]
      ).learner
      let output = Output()
      learner.report = { output.write($0) }
      learner.recorder.printsTable = true
      try learner.fit(1)
      #expect(output.all == wanted)
    }
  }

  @Test("progress in a pipe is one line per interval, on a terminal one line in place")
  func progress() throws {
    let (pipe, terminal, slow) = (Output(), Output(), Output())
    let scripted = ScriptedLearner(
      batches: 2,
      callbacks: [
        ProgressCallback(interval: 0, isTerminal: false) { pipe.write($0) },
        ProgressCallback(interval: 0, isTerminal: true) { terminal.write($0) },
        ProgressCallback(interval: 600, isTerminal: false) { slow.write($0) },
      ])
    scripted.script.set(train: [0.5, 0.5])
    try scripted.learner.fit(1)
    #expect(slow.all.isEmpty)
    // The line is erased after the epoch and after the fit.
    #expect(terminal.all.suffix(2) == ["\r\u{1B}[K", "\r\u{1B}[K"])
    let rate = /[0-9]+\.[0-9] images\/s/
    #expect(
      pipe.all.map { $0.replacing(rate) { _ in "N images/s" } } == [
        "epoch 0/1 train 1/2  loss 0.5000  lr 0.001  N images/s  left unknown\n",
        "epoch 0/1 train 2/2  loss 0.5000  lr 0.001  N images/s  left 00:00\n",
        "epoch 0/1 valid 1/1  loss 0.5000  lr 0.001  N images/s  left 00:00\n",
      ])
  }

  @Test("progress as JSON lines, and off")
  func styles() throws {
    let (json, off) = (Output(), Output())
    let scripted = ScriptedLearner(
      batches: 2,
      callbacks: [
        ProgressCallback(.json, interval: 0, isTerminal: true) { json.write($0) },
        ProgressCallback(.off, interval: 0, isTerminal: true) { off.write($0) },
      ])
    scripted.script.set(train: [.nan, 0.5])
    try scripted.learner.fit(1)
    #expect(off.all.isEmpty)
    #expect(json.all.count == 3 && json.all.allSatisfy { $0.hasSuffix("}\n") })
    let lines = try json.all.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.map { $0["part"] as? String } == ["train", "train", "valid"])
    #expect(lines.map { $0["step"] as? Int } == [1, 2, 2])
    #expect(lines[0]["loss"] == nil && lines[0]["seconds_left"] == nil)
    #expect(lines[2]["epochs"] as? Int == 1 && lines[2]["images_per_second"] is Double)
  }

  @Test("the time left counts the batches of this process, each kind with its own rate")
  func timeLeft() {
    var time = TimeLeft()
    #expect(time.seconds(trainBatches: 10, validBatches: 0) == nil)
    time.train = .init(batches: 4, seconds: 8)
    // Validation was not measured yet: a third of a step.
    #expect(time.seconds(trainBatches: 10, validBatches: 3) == 22)
    time.valid = .init(batches: 2, seconds: 1)
    #expect(time.seconds(trainBatches: 10, validBatches: 3) == 21.5)
    #expect(time.seconds(trainBatches: 0, validBatches: 0) == 0)
    // A process that resumes in validation.
    time.train = .init()
    #expect(time.seconds(trainBatches: 2, validBatches: 1) == 3.5)
  }
}
