import DataBlocks
import Foundation
import TestSupport
import Testing
import Training

/// Records the hyperparameters of every training batch.
private final class HyperparameterList: Callback {
  let order = 70
  var rates: [[Double]] = []
  var momenta: [Double] = []
  func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    rates.append(learner.optimizer.hyperparameters.map(\.learningRate))
    momenta += learner.optimizer.hyperparameters.suffix(1).map(\.momentum)
  }
}

@Suite("Schedules against fastai")
struct ScheduleTests {
  private struct File: Decodable {
    struct Case: Decodable {
      let id: String, groups: Int, batches_per_epoch: Int
      let lr: [[Double]]?, mom: [Double]?, lr_exact: [[Double]]?, mom_exact: [Double]?
    }
    struct Annealers: Decodable {
      struct Combined: Decodable { let second_end: Double, values: [Double] }
      let positions: [Double], start: Double, end: Double
      let linear: [Double], cosine: [Double], constant: [Double], exponential: [Double]
      let poly_2: [Double]
      let poly_05: [Double]
      let combined: Combined
      enum CodingKeys: String, CodingKey {
        case positions, start, end, linear, cosine, constant, exponential, poly_2
        case poly_05 = "poly_0.5"
        case combined = "combined_25_linear_75_cosine"
      }
    }
    let annealers: Annealers
    let cases: [Case]
  }

  /// Calls the fit function of a case; returns false if it is not known.
  private func fit(_ learner: Learner, _ id: String) throws -> Bool {
    switch id {
    case "one_cycle": try learner.fitOneCycle(3, learningRate: 0.01)
    case "one_cycle_three_groups": try learner.fitOneCycle(2, learningRate: .range(1e-5, 1e-3))
    case "one_cycle_slice_stop": try learner.fitOneCycle(2, learningRate: .last(1e-3))
    case "one_cycle_options":
      try learner.fitOneCycle(
        2, learningRate: 0.005, division: 10, finalDivision: 1000, startFraction: 0.4,
        momenta: (0.9, 0.8, 0.9))
    case "one_cycle_single_epoch": try learner.fitOneCycle(1, learningRate: 0.003)
    case "fine_tune_two_groups": try learner.fineTune(2, baseLearningRate: 0.002)
    case "fine_tune_three_groups":
      try learner.fineTune(3, baseLearningRate: 0.004, freezeEpochs: 2)
    case "fine_tune_options":
      try learner.fineTune(
        2, baseLearningRate: 0.01, freezeEpochs: 1, learningRateMultiplier: 50, startFraction: 0.2,
        division: 8)
    case "flat_cos": try learner.fitFlatCos(4, learningRate: 0.01)
    case "flat_cos_groups":
      try learner.fitFlatCos(
        2, learningRate: .range(0.0001, 0.01), finalDivision: 100, startFraction: 0.5)
    case "sgdr_1_2_4": try learner.fitSGDR(3, cycleLength: 1, learningRate: 0.01)
    case "sgdr_2_4": try learner.fitSGDR(2, cycleLength: 2, learningRate: 0.005)
    case "sgdr_1_3":
      try learner.fitSGDR(2, cycleLength: 1, learningRate: 0.01, cycleMultiplier: 3)
    case "sgdr_mult_1":
      try learner.fitSGDR(2, cycleLength: 2, learningRate: 0.01, cycleMultiplier: 1)
    case "fit_constant": try learner.fit(2, learningRate: 0.01)
    default: return false
    }
    return true
  }

  @Test("learning rates and momentum of every batch")
  func batches() throws {
    let cases = try Fixture.json("training/schedules.json", as: File.self).cases
    #expect(cases.count == 15)
    var compared = 0
    for test in cases {
      let list = HyperparameterList()
      let scripted = ScriptedLearner(
        batches: test.batches_per_epoch, groups: test.groups, hasValidation: false,
        callbacks: [list])
      // The fixtures start with Adam's momentum.
      for group in 0..<test.groups {
        scripted.learner.optimizer.hyperparameters[group].momentum = 0.9
      }
      try #require(try fit(scripted.learner, test.id), "\(test.id) is not known")
      if test.id == "sgdr_mult_1" {
        // fastai divides by zero; two equal cycles of 20 batches are right.
        let cycle = (0..<20).map { 0.01 * (1 + cos(.pi * Double($0) / 20)) / 2 }
        expectClose(
          list.rates.flatMap(\.self), cycle + cycle, absolute: 1e-14, relative: 1e-9, test.id)
        #expect(test.lr == nil && list.momenta.allSatisfy { $0 == 0.9 })
        compared += list.rates.count
        continue
      }
      // fastai's own values are float32; the exact ones are given where something is scheduled.
      let rates = try #require(test.lr_exact ?? test.lr)
      expectClose(
        list.rates.flatMap(\.self), rates.flatMap(\.self), relative: 1e-9, "\(test.id) rates")
      expectClose(
        list.momenta, try #require(test.mom_exact ?? test.mom), relative: 1e-9,
        "\(test.id) momenta")
      compared += rates.count
    }
    #expect(compared == 290 + 70 + 60 + 40 + 40)
  }

  @Test("every kind of schedule, and two in sequence")
  func shapes() throws {
    let f = try Fixture.json("training/schedules.json", as: File.self).annealers
    #expect(f.positions.count == 9)
    let (a, b) = (f.start, f.end)
    for (name, schedule, values) in [
      ("linear", Schedule.linear(a, b), f.linear), ("cosine", .cosine(a, b), f.cosine),
      ("constant", .constant(a), f.constant), ("exponential", .exponential(a, b), f.exponential),
      ("poly_2", .polynomial(a, b, power: 2), f.poly_2),
      ("poly_0.5", .polynomial(a, b, power: 0.5), f.poly_05),
    ] {
      expectClose(f.positions.map { schedule($0) }, values, relative: 1e-12, name)
    }
    // fastai computes the position within a part in float32.
    let combined = Schedule.combined(
      [0.25, 0.75], [.linear(a, b), .cosine(b, f.combined.second_end)])
    expectClose(f.positions.map { combined($0) }, f.combined.values, relative: 2e-7, "combined")
  }

  @Test("slices of learning rates over groups")
  func slices() {
    expectClose(LearningRates.last(2e-3).values(groups: 3), [2e-4, 2e-4, 2e-3], relative: 1e-12)
    expectClose(
      LearningRates.range(1e-5, 1e-3).values(groups: 3), [1e-5, 1e-4, 1e-3], relative: 1e-12)
    expectClose(LearningRates.range(1e-5, 1e-3).values(groups: 1), [1e-3], relative: 1e-12)
  }

  @Test("a start epoch continues the schedule of every fit function where it was")
  func startEpochs() throws {
    let functions: [(name: String, epochs: Int, fit: (Learner, Int) throws -> Void)] = [
      ("fit", 3, { try $0.fit(3, learningRate: 0.01, startEpoch: $1) }),
      ("fitOneCycle", 3, { try $0.fitOneCycle(3, learningRate: 0.01, startEpoch: $1) }),
      ("fitFlatCos", 4, { try $0.fitFlatCos(4, learningRate: 0.01, startEpoch: $1) }),
      ("fitSGDR", 7, { try $0.fitSGDR(3, cycleLength: 1, learningRate: 0.01, startEpoch: $1) }),
    ]
    for (name, epochs, fit) in functions {
      func rates(from epoch: Int) throws -> [Double] {
        let list = HyperparameterList()
        try fit(ScriptedLearner(batches: 5, groups: 1, callbacks: [list]).learner, epoch)
        return list.rates.flatMap(\.self) + list.momenta
      }
      let all = try rates(from: 0)
      #expect(all.count == 2 * 5 * epochs)
      for start in 1...epochs {
        let whole = all[(5 * start)..<(5 * epochs)] + all[(5 * epochs + 5 * start)...]
        expectClose(
          try rates(from: start), Array(whole), absolute: 1e-14, relative: 1e-9,
          "\(name) from \(start)")
      }
    }
  }

  @Test("fineTune passes its options to both parts")
  func fineTuneOptions() throws {
    let list = HyperparameterList()
    let learner = ScriptedLearner(batches: 4, callbacks: [list]).learner
    try learner.fineTune(
      1, baseLearningRate: 0.01, finalDivision: 10, momenta: (0.9, 0.7, 0.8), weightDecay: 0.3)
    #expect(list.momenta.first == 0.9 && list.momenta[4] == 0.9)
    #expect(learner.optimizer.hyperparameters.map(\.weightDecay) == [0.3, 0.3])
    #expect((list.rates.last?.last ?? 0) > 0.005 / 10)
  }

  @Test("any hyperparameter, several at once, per group or for all")
  func anyHyperparameter() throws {
    final class Values: Callback {
      let order = 70
      var values: [[Hyperparameters]] = []
      func beforeBatch(_ learner: Learner) throws {
        if learner.isTraining { values.append(learner.optimizer.hyperparameters) }
      }
    }
    for name in Hyperparameter.allCases {
      let list = Values()
      let learner = ScriptedLearner(batches: 4, groups: 3, callbacks: [list]).learner
      let before = learner.optimizer.hyperparameters
      // Two schedules for three groups: the last one is used for the third.
      try learner.fit(
        1, learningRate: 0.5,
        callbacks: [ParamScheduler([name: [.linear(0, 1), .linear(1, 3)]])])
      let expected: [[Double]] = [[0, 1, 1], [0.25, 1.5, 1.5], [0.5, 2, 2], [0.75, 2.5, 2.5]]
      #expect(list.values.map { groups in groups.map { $0[name] } } == expected)
      for other in Hyperparameter.allCases where other != name && other != .learningRate {
        #expect(list.values.allSatisfy { $0.map { $0[other] } == before.map { $0[other] } })
      }
    }
    let list = Values()
    let learner = ScriptedLearner(batches: 4, groups: 2, callbacks: [list]).learner
    try learner.fit(
      1,
      callbacks: [
        ParamScheduler([
          .learningRate: .polynomial(1, 0, power: 2), .momentum: .linear(0.9, 0.5),
          .weightDecay: .constant(0.2), .squareMomentum: .cosine(0.99, 0.9),
          .epsilon: .exponential(1e-8, 1e-4),
        ])
      ])
    let last = try #require(list.values.last?.last)
    let cosine: Double = 0.99 - 0.09 * (1 + cos(.pi / 4)) / 2
    expectClose(
      Hyperparameter.allCases.map { last[$0] }, [0.4375, 0.6, cosine, 1e-5, 0.2], relative: 1e-12)
  }
}
