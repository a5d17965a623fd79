import DataBlocks
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Trackers against fastai")
struct TrackerTests {
  /// The callbacks of a case.
  private static func callbacks(_ id: String) -> [TrackerCallback]? {
    switch id {
    case "plateau_default": [ReduceLROnPlateau()]
    case "plateau_patience2_factor2": [ReduceLROnPlateau(patience: 2, factor: 2)]
    case "plateau_min_delta": [ReduceLROnPlateau(minimumDelta: 0.05, patience: 2)]
    case "plateau_min_lr": [ReduceLROnPlateau(factor: 5, minimumLearningRate: 0.004)]
    case "plateau_accuracy": [ReduceLROnPlateau(monitor: "accuracy", patience: 2)]
    case "plateau_error_rate": [ReduceLROnPlateau(monitor: "error_rate")]
    case "plateau_comp_greater_on_loss": [ReduceLROnPlateau(prefersLess: false)]
    case "plateau_nan": [ReduceLROnPlateau(patience: 2)]
    case "early_default": [EarlyStoppingCallback()]
    case "early_patience3", "early_all_nan": [EarlyStoppingCallback(patience: 3)]
    case "early_min_delta": [EarlyStoppingCallback(minimumDelta: 0.1, patience: 2)]
    case "early_accuracy":
      [EarlyStoppingCallback(monitor: "accuracy", minimumDelta: 0.01, patience: 2)]
    case "early_ties", "early_two_fits_reset": [EarlyStoppingCallback(patience: 2)]
    case "early_two_fits_keep": [EarlyStoppingCallback(patience: 2, resetsOnFit: false)]
    case "save_best": [SaveModelCallback()]
    case "save_accuracy_min_delta":
      [SaveModelCallback(monitor: "accuracy", name: "best", minimumDelta: 0.025)]
    case "save_every_epoch": [SaveModelCallback(everyEpoch: 1)]
    case "save_every_2_epochs": [SaveModelCallback(everyEpoch: 2)]
    case "save_at_end": [SaveModelCallback(atEnd: true)]
    case "save_and_early": [SaveModelCallback(), EarlyStoppingCallback(patience: 2)]
    case "save_plateau_early":
      [SaveModelCallback(), ReduceLROnPlateau(patience: 1), EarlyStoppingCallback(patience: 3)]
    default: nil
    }
  }

  @Test("best values, rates, stops, saves and final weights of every case")
  func decisions() throws {
    let cases = try TrackerFixture.load().cases
    #expect(cases.count == 23)
    var compared = 0
    for test in cases {
      let trackers = try #require(Self.callbacks(test.id), "no callbacks for \(test.id)")
      let store = ListingStore()
      let list = DecisionList(trackers, store)
      let names = test.fits[0].values.keys.filter { $0 != "valid_loss" }
      let scripted = ScriptedLearner(metrics: names, callbacks: trackers + [list])
      let learner = scripted.learner
      learner.add([EpochMarker(scripted.layer)])
      learner.checkpoints = store
      for fit in test.fits {
        let values = fit.values.mapValues { $0.map(\.value) }
        scripted.script.set(valid: values)
        list.decisions = []
        store.saves = []
        let rows = learner.recorder.rows.count
        try learner.fit(try #require(values.first).value.count, learningRate: .each(test.lr_groups))
        let name = Comment(rawValue: test.id)
        #expect(learner.recorder.rows.count - rows == fit.epochs_run, name)
        #expect(store.saves == fit.saves, name)
        let bias = try #require(scripted.layer.bias).value.floatScalars
        #expect(
          bias == [Float](repeating: Float(fit.weights_after_fit_are_from_epoch), count: 2), name)
        try #require(list.decisions.count == fit.decisions.count, name)
        for (found, wanted) in zip(list.decisions, fit.decisions) {
          let name = Comment(rawValue: "\(test.id), \(wanted.callback), epoch \(wanted.epoch)")
          #expect(found.callback == wanted.callback && found.epoch == wanted.epoch, name)
          expectClose([found.best], [wanted.best.value], relative: 1e-6, name.rawValue)
          #expect(found.isNewBest == wanted.new_best, name)
          #expect(found.wait == wanted.wait, name)
          if let rates = wanted.lr {
            expectClose(found.rates, rates, relative: 1e-12, name.rawValue)
          }
          if let saved = wanted.saved { #expect(found.saved == saved, name) }
          if let stops = wanted.stops { #expect(found.stops == stops, name) }
          compared += 1
        }
      }
    }
    #expect(compared == 178)
  }

  @Test("the fit ends after the step of a batch whose loss is NaN")
  func terminates() throws {
    final class Counter: Callback {
      let order = -20
      var (batches, steps, validations, epochs) = (0, 0, 0, 0)
      func afterBatch(_ learner: Learner) throws { batches += 1 }
      func afterStep(_ learner: Learner) throws { steps += 1 }
      func beforeValidate(_ learner: Learner) throws { validations += 1 }
      func beforeEpoch(_ learner: Learner) throws { epochs += 1 }
    }
    let test = try TrackerFixture.load().terminate_on_nan
    let counter = Counter()
    let scripted = ScriptedLearner(
      batches: test.losses.count, callbacks: [TerminateOnNaNCallback(), counter])
    scripted.script.set(train: test.losses.map(\.value))
    try scripted.learner.fit(2)
    #expect(counter.batches == test.batches_run && counter.steps == test.optimizer_steps)
    #expect(counter.validations == 0 && counter.epochs == 1)
  }

  @Test("a user's subclass sees the same values as the built-in trackers")
  func subclass() throws {
    final class BestEpochs: TrackerCallback {
      var epochs: [Int] = []
      var ends = 0
      override func afterEpoch(_ learner: Learner) throws {
        try super.afterEpoch(learner)
        if isNewBest { epochs.append(learner.epoch) }
      }
      override func afterFit(_ learner: Learner) throws { ends += 1 }
    }
    let tracker = BestEpochs(monitor: "accuracy")
    let scripted = ScriptedLearner(metrics: ["accuracy"], callbacks: [tracker])
    scripted.script.set(valid: ["accuracy": [0.5, 0.4, 0.6, 0.6, 0.7]])
    try scripted.learner.fit(5)
    #expect(tracker.epochs == [0, 2, 4] && tracker.best == 0.7 && tracker.value == 0.7)
    #expect(tracker.ends == 1 && !tracker.prefersLess)
  }

  @Test("a canceled epoch does not change a tracker")
  func canceledEpoch() throws {
    final class Canceler: Callback {
      func beforeTrain(_ learner: Learner) throws {
        if learner.epoch == 1 { throw Interruption.cancelEpoch }
      }
    }
    let plateau = ReduceLROnPlateau(patience: 2)
    let scripted = ScriptedLearner(callbacks: [plateau, Canceler()])
    scripted.script.set(valid: ["valid_loss": [1, 1, 1]])
    try scripted.learner.fit(3, learningRate: 0.5)
    #expect(plateau.wait == 1 && plateau.best == 1)
    #expect(scripted.learner.optimizer.hyperparameters.map(\.learningRate) == [0.5, 0.5])
  }

  @Test("validation and prediction outside of a fit neither save nor track")
  func outsideOfFit() throws {
    let save = SaveModelCallback()
    let store = ListingStore()
    let scripted = ScriptedLearner(callbacks: [save])
    scripted.learner.checkpoints = store
    scripted.script.set(valid: ["valid_loss": [0.5]])
    try scripted.learner.fit(1)
    _ = try scripted.learner.validate()
    #expect(store.saves == ["model"])
    #expect(abs((save.best ?? 0) - 0.5) < 1e-6)
  }

  @Test("a monitor that is not a column traps")
  func unknownMonitor() async {
    await #expect(processExitsWith: .failure) {
      try ScriptedLearner(callbacks: [SaveModelCallback(monitor: "auc")]).learner.fit(1)
    }
  }
}
