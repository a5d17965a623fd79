import Layers
import TestSupport
import Testing
import Training

@Suite("fineTune and canceled fits")
struct FineTuneTests {
  /// Counts fits and keeps `fitWasCanceled` as other callbacks see it.
  private final class FitCounter: Callback {
    var fits = 0
    var seenWhenCanceled: [Bool] = []
    var seenAtStart: [Bool] = []
    func beforeFit(_ learner: Learner) throws {
      fits += 1
      seenAtStart.append(learner.fitWasCanceled)
    }
    func afterCancelFit(_ learner: Learner) throws {
      seenWhenCanceled.append(learner.fitWasCanceled)
    }
  }

  @Test(
    "the second part does not start if a callback cancels the first",
    arguments: ["TerminateOnNaNCallback", "GradientCheck", "EarlyStoppingCallback"])
  func canceled(name: String) throws {
    let callback: any Callback =
      switch name {
      case "GradientCheck": GradientCheck(.stop)
      case "EarlyStoppingCallback": EarlyStoppingCallback()
      default: TerminateOnNaNCallback()
      }
    let counter = FitCounter()
    let scripted = ScriptedLearner(callbacks: [callback, counter])
    scripted.script.set(
      train: [name == "EarlyStoppingCallback" ? 1 : .nan] + [Double](repeating: 1, count: 9),
      valid: ["valid_loss": [1, 1, 1, 1]])
    let learner = scripted.learner
    try learner.fineTune(3, freezeEpochs: 4)
    #expect(counter.fits == 1)
    #expect(learner.fitWasCanceled && counter.seenWhenCanceled == [true])
    #expect(learner.epochCount == 4 && learner.epoch < 2)
    // The groups stay as the first part left them.
    #expect(scripted.layer.parameters.map(\.requiresGradient) == [false, true])
    if let check = callback as? GradientCheck { #expect(check.ending != nil) }
  }

  @Test("both parts run if nothing cancels the first")
  func complete() throws {
    let counter = FitCounter()
    let scripted = ScriptedLearner(callbacks: [counter])
    try scripted.learner.fineTune(3, freezeEpochs: 2)
    #expect(counter.fits == 2 && scripted.learner.recorder.rows.count == 5)
    #expect(!scripted.learner.fitWasCanceled && counter.seenWhenCanceled.isEmpty)
    #expect(scripted.layer.parameters.map(\.requiresGradient) == [true, true])
  }

  @Test("the next fit resets fitWasCanceled; a canceled epoch does not set it")
  func reset() throws {
    final class Canceler: Callback {
      var interruption: Interruption?
      func beforeTrain(_ learner: Learner) throws {
        if let interruption { throw interruption }
      }
    }
    let (canceler, counter) = (Canceler(), FitCounter())
    let learner = ScriptedLearner(callbacks: [canceler, counter]).learner
    canceler.interruption = .cancelFit
    try learner.fit(1)
    #expect(learner.fitWasCanceled)
    canceler.interruption = .cancelEpoch
    try learner.fit(1)
    #expect(!learner.fitWasCanceled)
    canceler.interruption = nil
    try learner.fit(1)
    #expect(!learner.fitWasCanceled && counter.seenAtStart == [false, false, false])
  }
}
