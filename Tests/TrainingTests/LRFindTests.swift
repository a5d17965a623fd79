import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("lrFind")
struct LRFindTests {
  private struct File: Decodable {
    struct Case: Decodable {
      struct Number: Decodable {
        let value: Double
        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let number = try? container.decode(Double.self) {
            value = number
          } else {
            value = try container.decode(String.self) == "nan" ? .nan : .infinity
          }
        }
      }
      let id: String, start_lr: Double, end_lr: Double, num_it: Int, stop_div: Bool
      let iterations_run: Int, used_count: Int
      let raw_losses: [Number], lrs: [Double], smoothed_losses: [Number]
      let suggestions: [String: Double]
    }
    let cases: [Case]
  }

  @Test("rates, smoothed losses and suggestions of every case of fastai", arguments: [1, 7, 500])
  func cases(batches: Int) throws {
    let cases = try Fixture.json("training/lr_find.json", as: File.self).cases
    #expect(cases.count == 6)
    for test in cases {
      let scripted = ScriptedLearner(batches: batches)
      // No case reads further than it ran.
      scripted.script.set(train: test.raw_losses.map(\.value), valid: ["valid_loss": []])
      let found = try scripted.learner.lrFind(
        startLearningRate: test.start_lr, endLearningRate: test.end_lr, iterations: test.num_it,
        stopsOnDivergence: test.stop_div, suggestions: SuggestionMethod.allCases)
      #expect(found.losses.count == test.iterations_run, "\(test.id)")
      expectClose(found.learningRates, test.lrs, relative: 1e-12, "\(test.id) rates")
      // fastai averages in float32.
      expectClose(
        found.losses, test.smoothed_losses.map(\.value), relative: 5e-6, "\(test.id) losses")
      #expect(found.usedRange.count == test.used_count, "\(test.id)")
      #expect(test.suggestions.count == 4 && found.suggestions.count == 4)
      for method in SuggestionMethod.allCases {
        expectClose(
          [found[method] ?? .nan], [try #require(test.suggestions[method.rawValue])],
          relative: 1e-6, "\(test.id) \(method)")
      }
      #expect(
        [found.valley, found.slide, found.minimum, found.steep]
          == SuggestionMethod.allCases.map { found[$0] })
    }
  }

  @Test("the curve of the reference")
  func curve() {
    let exponents = (0..<100).map { -7 + 8 * Double($0) / 100 }
    let losses = exponents.map { x in
      2.3 - 1.5 / (1 + exp(-2 * (x + 3))) + (x > -0.7 ? 8 * (x + 0.7) * (x + 0.7) : 0)
    }
    let found = LRFindResult(
      learningRates: exponents.map { pow(10, $0) }, losses: losses, iterations: 100,
      methods: SuggestionMethod.allCases)
    expectClose(
      [found.valley, found.slide, found.minimum].map { $0 ?? .nan },
      [2.7542e-4, 3.3113e-4, 1.73780e-2], relative: 2e-5)
    // The slopes before and after 1e-3 are equal; rounding decides between them.
    let steep = found.steep ?? .nan
    #expect(abs(steep - 1e-3) < 1e-9 || abs(steep - 8.31764e-4) < 1e-9)
    #expect(found.suggestions[2].markedRate > 9 * found.suggestions[2].learningRate)
  }

  @Test("curves of any length and shape have suggestions on the curve, or none")
  func shortCurves() {
    let shapes: [(String, (Int) -> Double)] = [
      ("flat", { _ in 1 }), ("rising", { Double($0) }), ("falling", { -Double($0) }),
      ("NaN", { _ in .nan }), ("infinite", { _ in .infinity }),
      ("NaN at 12", { $0 == 12 ? .nan : 1 }),
      ("alternating", { Double($0 % 2) }),
    ]
    for (name, loss) in shapes {
      for count in 0...40 {
        for iterations in [6, 30, 100, 1000] {
          let rates = (0..<count).map { pow(10, Double($0) / 10 - 4) }
          let found = LRFindResult(
            learningRates: rates, losses: (0..<count).map(loss), iterations: iterations,
            methods: SuggestionMethod.allCases)
          for suggestion in found.suggestions {
            #expect(rates.contains(suggestion.markedRate), "\(name) \(count)")
            #expect(suggestion.markedLoss.isFinite && suggestion.learningRate > 0)
          }
          if count < 7 { #expect(found.suggestions.isEmpty && found.valley == nil) }
        }
      }
    }
  }

  // MARK: What the search leaves

  /// Counts events, and keeps what a search shows.
  private final class Spy: Callback {
    var events = 0
    var rates: [[Double]] = []
    var validated = 0
    var sawTableRows = 0
    func beforeFit(_ learner: Learner) throws { events += 1 }
    func afterBatch(_ learner: Learner) throws {
      rates.append(learner.optimizer.hyperparameters.map(\.learningRate))
      if !learner.isTraining { validated += 1 }
    }
  }

  private final class Outsider: Callback {
    let runsInLRFind = false
    var events = 0
    func beforeFit(_ learner: Learner) throws { events += 1 }
    func afterBatch(_ learner: Learner) throws { events += 1 }
    func afterFit(_ learner: Learner) throws { events += 1 }
  }

  private final class Counter: ResumableCallback {
    var count = 0
    func afterBatch(_ learner: Learner) throws { count += 1 }
    func state() throws -> CallbackState { try CallbackState(count) }
    func restore(_ state: CallbackState) throws { count = try state.values(as: Int.self) }
  }

  private func learner(
    _ small: SmallNetFixture, _ rule: any UpdateRule, callbacks: [any Callback] = []
  ) -> (net: Sequential, learner: Learner) {
    let net = small.model()
    let model = Sequential(net, Dropout(0.3))
    let learner = Learner(
      model: model, train: small.batches("train"), valid: small.batches("valid"), rule: rule,
      groups: [
        net.conv1.parameters + net.bn1.parameters + net.conv2.parameters + net.bn2.parameters,
        net.conv3.parameters + net.bn3.parameters + net.fc.parameters,
      ], metrics: [.accuracy], callbacks: callbacks)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return (model, learner)
  }

  @Test(
    "a fit after a search gives the same bits as one without",
    arguments: UpdateRuleTests.rules.filter {
      ["Adam", "ranger", "TorchSGD", "Lamb"].contains($0.name)
    })
  func sameBits(name: String, rule: any UpdateRule) throws {
    let small = try SmallNetFixture.load()
    func run(searching: Bool, _ prepare: (Learner) throws -> Void) throws -> (
      Learner, Sequential, [any Callback]
    ) {
      let callbacks: [any Callback] = [
        SaveModelCallback(monitor: "valid_loss"), EarlyStoppingCallback(patience: 20),
        GradientAccumulation(itemsPerStep: 16), GradientClip(0.5), GradientCheck(), Counter(),
      ]
      let (net, learner) = learner(small, rule, callbacks: callbacks)
      try prepare(learner)
      if searching { try search(learner, net) }
      try learner.fineTune(2, baseLearningRate: 0.01)
      if searching { try search(learner, net) }
      try learner.fit(1, learningRate: 0.002)
      return (learner, net, callbacks)
    }
    func search(_ learner: Learner, _ net: Sequential) throws {
      func modes() -> [Bool] { net.modules.map(\.isTraining) }
      func gradients() -> [[Float]?] { net.parameters.map { $0.gradient?.floatScalars } }
      let optimizer = learner.optimizer
      let before = (
        net.stateDictionary, optimizer.stateDictionary, optimizer.hyperparameters, modes(),
        learner.recorder.rows.count, learner.recorder.losses, learner.totalSteps, learner.progress,
        net.parameters.map(\.requiresGradient), gradients(),
        learner.callbacks.map(ObjectIdentifier.init)
      )
      let found = try learner.lrFind(endLearningRate: 1e4, iterations: 23)
      #expect(found.losses.count > 8)
      #expect(isSame(net.stateDictionary, before.0))
      #expect(isSame(optimizer.stateDictionary, before.1))
      #expect(optimizer.hyperparameters == before.2 && modes() == before.3)
      #expect(learner.recorder.rows.count == before.4 && learner.recorder.losses == before.5)
      #expect(learner.totalSteps == before.6 && learner.progress == before.7)
      #expect(net.parameters.map(\.requiresGradient) == before.8 && gradients() == before.9)
      #expect(learner.callbacks.map(ObjectIdentifier.init) == before.10)
    }
    for prepare: (Learner) throws -> Void in [
      { _ in }, { $0.freeze() }, { $0.model.eval() },
      { learner in
        learner.model.modules[2].eval()
        try learner.fit(1, learningRate: 0.01)
      },
    ] {
      let (a, netA, callbacksA) = try run(searching: false, prepare)
      let (b, netB, callbacksB) = try run(searching: true, prepare)
      #expect(isSame(netA.stateDictionary, netB.stateDictionary), "\(name)")
      #expect(isSame(a.optimizer.stateDictionary, b.optimizer.stateDictionary), "\(name)")
      #expect(a.recorder.losses == b.recorder.losses && a.totalSteps == b.totalSteps)
      #expect(a.recorder.rows.map(\.validLoss) == b.recorder.rows.map(\.validLoss))
      #expect(
        (callbacksA[0] as? SaveModelCallback)?.best == (callbacksB[0] as? SaveModelCallback)?.best)
      #expect((callbacksA[5] as? Counter)?.count == (callbacksB[5] as? Counter)?.count)
    }
  }

  @Test("all groups have the rate, validation is skipped, some callbacks do not run")
  func during() throws {
    let (spy, outsider) = (Spy(), Outsider())
    let check = GradientCheck()
    let stopping = EarlyStoppingCallback()
    let scripted = ScriptedLearner(batches: 2, callbacks: [spy, outsider, check, stopping])
    var lines: [String] = []
    scripted.learner.report = { lines.append($0) }
    scripted.learner.recorder.printsTable = true
    scripted.script.set(train: [Double](repeating: 1, count: 10) + [.nan, .nan, .nan, .nan, .nan])
    let found = try scripted.learner.lrFind(
      startLearningRate: 1e-3, endLearningRate: 1, iterations: 15)
    #expect(found.losses.count == 15 && found.losses[10...].allSatisfy(\.isNaN))
    #expect(found.valley != nil && found.usedRange == 1..<10)
    #expect(spy.events == 1 && spy.validated == 0 && outsider.events == 0 && lines.isEmpty)
    expectClose(
      spy.rates.flatMap(\.self),
      (0..<15).flatMap { [Double](repeating: 1e-3 * pow(1e3, Double($0) / 15), count: 2) },
      relative: 1e-12)
    #expect(check.ending == nil && stopping.value == nil)
    #expect(!scripted.learner.fitWasCanceled)
  }

  @Test("at least six iterations")
  func sixIterations() throws {
    let scripted = ScriptedLearner(batches: 3)
    #expect(try scripted.learner.lrFind(iterations: 1).losses.count == 6)
  }

  private struct Failing: BatchSource {
    let inner: TensorBatches
    let failsAt: Int
    let batchCount: Int
    var itemCount: Int { batchCount }
    struct Failure: Error, Equatable {}
    struct Iterator: BatchIterator {
      var inner: any BatchIterator
      var left: Int
      mutating func next() throws -> Batch? {
        left -= 1
        if left < 0 { throw Failure() }
        return try inner.next()
      }
    }
    func batches(epoch: Int) -> any BatchIterator {
      Iterator(inner: inner.batches(epoch: epoch), left: failsAt)
    }
  }

  @Test("data that throws, no batches, no targets: an error, and the learner as before")
  func failures() throws {
    let small = try SmallNetFixture.load()
    let (net, learner) = learner(small, Adam())
    let before = net.stateDictionary
    let all = small.batches("train")
    learner.train = Failing(inner: all, failsAt: 3, batchCount: 5)
    #expect(throws: Failing.Failure()) { try learner.lrFind() }
    learner.train = Failing(inner: all, failsAt: 9, batchCount: 0)
    #expect(throws: LRFindError.self) { try learner.lrFind() }
    learner.train = TensorBatches(inputs: Tensor.ones([4, 3, 16, 16]), targets: nil, batchSize: 2)
    #expect {
      try learner.lrFind()
    } throws: {
      "\($0)".contains("no training batch had a loss")
    }
    #expect(isSame(net.stateDictionary, before) && learner.totalSteps == 0)
    #expect(learner.callbacks.count == 1 && learner.callbacks[0] === learner.recorder)
  }
}
