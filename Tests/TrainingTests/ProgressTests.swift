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
        "epoch 0/1 train 1/2  loss 0.5000  N images/s  left unknown\n",
        "epoch 0/1 train 2/2  loss 0.5000  N images/s  left 00:00\n",
        "epoch 0/1 valid 1/1  loss 0.5000  N images/s  left 00:00\n",
      ])
  }
}
