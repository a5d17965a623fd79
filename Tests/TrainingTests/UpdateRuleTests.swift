import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Update rules")
struct UpdateRuleTests {
  static let rules: [(name: String, rule: any UpdateRule)] = [
    ("SGD", SGD(weightDecay: 0.1)), ("SGD momentum", SGD(momentum: 0.9, weightDecay: 0.1)),
    ("SGD L2", SGD(momentum: 0.9, weightDecay: 0.1, isDecoupled: false)),
    ("TorchSGD", TorchSGD(momentum: 0.9, weightDecay: 0.1, isNesterov: true)),
    ("TorchSGD dampening", TorchSGD(momentum: 0.9, dampening: 0.3, weightDecay: 0.1)),
    ("Adam", Adam()), ("Adam L2", Adam(isDecoupled: false)), ("TorchAdam", TorchAdam()),
    ("TorchAdam AMSGrad", TorchAdam(betas: (0.9, 0.5), weightDecay: 0.1, isAMSGrad: true)),
    ("TorchAdamW", TorchAdamW()),
    ("TorchAdamW AMSGrad", TorchAdamW(betas: (0.9, 0.5), weightDecay: 0.1, isAMSGrad: true)),
    ("RMSProp", RMSProp()), ("RMSProp momentum", RMSProp(momentum: 0.9)),
    ("TorchRMSprop", TorchRMSprop(weightDecay: 0.1)),
    ("TorchRMSprop momentum", TorchRMSprop(momentum: 0.9)),
    (
      "TorchRMSprop centered",
      TorchRMSprop(alpha: 0.9, epsilon: 1e-3, weightDecay: 0.1, isCentered: true)
    ),
    (
      "TorchRMSprop centered momentum",
      TorchRMSprop(alpha: 0.9, momentum: 0.5, epsilon: 1e-3, isCentered: true)
    ),
    ("RAdam", RAdam()), ("RAdam softplus", RAdam(beta: 2)),
    ("TorchRAdam", TorchRAdam(epsilon: 0.01, weightDecay: 0.1)),
    ("TorchRAdam decoupled", TorchRAdam(weightDecay: 0.1, isDecoupled: true)),
    ("QHAdam", QHAdam()), ("Lamb", Lamb()), ("Larc", Larc()),
    ("LARS", Larc(clips: false, weightDecay: 0.5)), ("ranger", Lookahead.ranger()),
    ("Lookahead SGD", Lookahead(SGD(momentum: 0.9), k: 3, alpha: 0.25)),
    ("Lookahead Lookahead", Lookahead(Lookahead(Adam(), k: 2), k: 3)),
  ]

  private static let gradients: [[Float]] = [
    [0.5, -1], [0.3, 0.2], [-0.4, 1], [0.1, 0.1], [0.2, -0.3], [0.5, 0.5], [0.05, -0.2],
  ]

  /// The parameter (1, −2) after some steps with rate 0.1.
  private func values(
    of rule: any UpdateRule, steps: Int, appliesDecay: Bool = true,
    change: (inout Hyperparameters, Int) -> Void = { _, _ in }
  ) -> [Double] {
    var parameter = Tensor([1, -2] as [Float])
    var state = rule.stateNames.map { _ in parameter.zerosAlike }
    for number in 1...steps {
      var values = rule.defaults
      values.learningRate = 0.1
      change(&values, number)
      rule.update(
        &parameter, gradient: Tensor(Self.gradients[number - 1]), state: &state,
        step: UpdateStep(values, number: number, appliesDecay: appliesDecay))
    }
    #expect(state.count == rule.stateNames.count)
    return parameter.floatScalars.map { Double($0) }
  }

  @Test("vectors of fastai")
  func fastaiVectors() {
    let cases: [(String, any UpdateRule, Int, [Double])] = [
      ("Adam", Adam(), 1, [0.899002, -1.898001]), ("Adam", Adam(), 2, [0.802254, -1.844894]),
      ("Adam", Adam(), 3, [0.776574, -1.859606]),
      ("Adam wd 0", Adam(Hyperparameters(weightDecay: 0)), 3, [0.779275, -1.865349]),
      ("Adam L2", Adam(isDecoupled: false), 3, [0.777200, -1.861177]),
      ("SGD", SGD(), 3, [0.96, -2.02]),
      ("SGD momentum", SGD(momentum: 0.9), 3, [0.8475, -1.867]),
      (
        "SGD momentum decay", SGD(momentum: 0.9, weightDecay: 0.01), 3, [0.844678, -1.861276]
      ),
      ("RMSProp", RMSProp(), 3, [0.052641, -1.900716]),
      ("RMSProp momentum", RMSProp(momentum: 0.9), 3, [-1.682208, -0.57062]),
      ("RAdam", RAdam(), 5, [0.877753, -1.891592]), ("RAdam", RAdam(), 6, [0.873159, -1.893204]),
      ("RAdam", RAdam(), 7, [0.867767, -1.894300]),
      ("QHAdam", QHAdam(), 3, [0.816844, -1.911610]), ("Larc", Larc(), 3, [0.987583, -1.988860]),
      ("Lamb", Lamb(), 3, [0.507741, -1.849955]),
      ("ranger", Lookahead.ranger(), 5, [0.869299, -1.873383]),
      ("ranger", Lookahead.ranger(), 6, [0.931957, -1.936432]),
      ("ranger", Lookahead.ranger(), 7, [0.925600, -1.935448]),
      // By fastai's formulas in float64.
      ("RAdam softplus", RAdam(beta: 2), 7, [0.871419256, -1.893826501]),
      ("LARS", Larc(clips: false, weightDecay: 0.5), 7, [0.688295431, -1.39793238]),
    ]
    for (name, rule, steps, expected) in cases {
      expectClose(
        values(of: rule, steps: steps), expected, absolute: 1.5e-6, "\(name), step \(steps)")
    }
  }

  @Test("vectors of PyTorch in float64")
  func torchVectors() throws {
    for (name, expected) in [
      ("TorchAdam AMSGrad", [0.548482391, -1.78846818]),
      ("TorchAdamW AMSGrad", [0.565831725, -1.782971162]),
      ("TorchRMSprop centered", [0.192301157, -1.716752534]),
      ("TorchRMSprop centered momentum", [-0.273135836, -1.971986775]),
      ("TorchRAdam decoupled", [0.812494367, -1.763271225]),
      ("TorchRAdam", [0.827384214, -1.795212594]), ("TorchSGD", [0.27543653, -1.547414862]),
      ("TorchSGD dampening", [0.469190243, -1.52680034]),
    ] {
      let rule = try #require(Self.rules.first { $0.name == name }).rule
      expectClose(values(of: rule, steps: 7), expected, absolute: 2e-6, name)
    }
  }

  @Test("LARC's local rate has the group's decay where none is applied, as in fastai")
  func larcWithoutDecay() {
    expectClose(
      values(of: Larc(weightDecay: 0.5), steps: 7, appliesDecay: false),
      [0.987944097, -2.000955887], absolute: 1e-6)
  }

  @Test("bias correction uses the current β₁")
  func currentBeta() {
    // Three steps of fastai's Adam in float64, with β₁ 0.95, 0.9 and 0.85.
    var (p, m, v) = ([1.0, -2.0], [0.0, 0.0], [0.0, 0.0])
    for step in 1...3 {
      let beta = 1 - 0.05 * Double(step)
      let (d1, d2) = (
        1 - (0..<step).reduce(1) { x, _ in x * beta }, 1 - (0..<step).reduce(1) { x, _ in x * 0.99 }
      )
      for i in 0..<2 {
        let g = Double(Self.gradients[step - 1][i])
        p[i] *= 1 - 0.1 * 0.01
        m[i] = beta * m[i] + (1 - beta) * g
        v[i] = 0.99 * v[i] + 0.01 * g * g
        p[i] -= 0.1 / d1 * m[i] / ((v[i] / d2).squareRoot() + 1e-5)
      }
    }
    expectClose(
      values(of: Adam(), steps: 3) { $0.momentum = 1 - 0.05 * Double($1) }, p, absolute: 1e-6)
  }

  @Test("PyTorch's defaults")
  func defaults() {
    for (values, expected) in [
      (TorchAdam().defaults, [0.9, 0.999, 1e-8, 0]),
      (TorchAdamW().defaults, [0.9, 0.999, 1e-8, 0.01]),
      (TorchRAdam().defaults, [0.9, 0.999, 1e-8, 0]),
      (TorchRMSprop().defaults, [0, 0.99, 1e-8, 0]), (RMSProp().defaults, [0, 0.99, 1e-8, 0]),
      (Adam().defaults, [0.9, 0.99, 1e-5, 0.01]), (RAdam().defaults, [0.9, 0.99, 1e-5, 0]),
      (QHAdam().defaults, [0.999, 0.999, 1e-8, 0]), (Lamb().defaults, [0.9, 0.99, 1e-5, 0]),
      (Lookahead.ranger().defaults, [0.95, 0.99, 1e-6, 0.01]),
    ] {
      #expect(
        [values.momentum, values.squareMomentum, values.epsilon, values.weightDecay] == expected)
    }
  }

  @Test("a long parameter is updated like its parts, except where norms count", arguments: rules)
  func longParameters(name: String, rule: any UpdateRule) {
    let count = 100_003
    let numbers = NumberFormula(seed: 5)
    let (p, g) = (numbers.tensor("p", [count]), numbers.tensor("g", [count]))
    func update(_ range: Range<Int>) -> [Float] {
      var parameter = Tensor(Array(p[range]))
      var state = rule.stateNames.map { _ in parameter.zerosAlike }
      for number in 1...7 {
        rule.update(
          &parameter, gradient: Tensor(Array(g[range])), state: &state,
          step: UpdateStep(rule.defaults, number: number))
      }
      return parameter.floatScalars
    }
    let whole = update(0..<count)
    #expect(whole.allSatisfy(\.isFinite) && whole != p)
    if name != "Lamb" && name != "Larc" && name != "LARS" {
      for start in [0, 50_000, count - 20] {
        expectClose(
          update(start..<(start + 20)), Array(whole[start..<(start + 20)]), relative: 1e-6,
          "\(name) at \(start)")
      }
    }
  }

  @Test("the number of threads changes no bit")
  func threads() async {
    // The number of threads is a setting of the process.
    await #expect(processExitsWith: .success) {
      let count = 300_003
      let numbers = NumberFormula(seed: 5)
      let (p, g) = (numbers.tensor("p", [count]), numbers.tensor("g", [count]))
      for (name, rule) in UpdateRuleTests.rules {
        let results = [1, 2, 3].map { threads in
          Compute.threads = threads
          var parameter = Tensor(p)
          var state = rule.stateNames.map { _ in parameter.zerosAlike }
          for number in 1...7 {
            rule.update(
              &parameter, gradient: Tensor(g), state: &state,
              step: UpdateStep(rule.defaults, number: number))
          }
          return parameter.floatScalars
        }
        precondition(results[0] == results[1] && results[0] == results[2], name)
      }
    }
  }

  // MARK: State

  @Test("a resumed optimizer continues with the same bits", arguments: rules)
  func resume(name: String, rule: any UpdateRule) throws {
    let small = try SmallNetFixture.load()
    func optimizer(_ net: SmallNet) -> Optimizer {
      let optimizer = Optimizer(rule, groups: [net.namedParameters], decaysNormAndBias: true)
      optimizer.setLearningRates(0.01)
      return optimizer
    }
    func train(_ net: SmallNet, _ optimizer: Optimizer, _ steps: Range<Int>) throws {
      net.train()
      var all: [Batch] = []
      var iterator = small.batches("train").batches(epoch: 0)
      while let batch = try iterator.next() { all.append(batch) }
      for step in steps {
        let batch = all[step % all.count]
        net(Tape().record(batch.inputs)).crossEntropy(try #require(batch.targets)).backward()
        optimizer.step()
      }
    }
    let whole = small.model()
    let wholeOptimizer = optimizer(whole)
    try train(whole, wholeOptimizer, 0..<15)
    // Before, at and after the moves of Lookahead's slow weights, and RAdam's sixth step.
    for cut in [1, 5, 6, 8] {
      let first = small.model()
      let firstOptimizer = optimizer(first)
      try train(first, firstOptimizer, 0..<cut)
      let second = small.model()
      second.load(first.stateDictionary)
      let secondOptimizer = optimizer(second)
      #expect(secondOptimizer.fault(in: firstOptimizer.stateDictionary) == nil)
      secondOptimizer.load(firstOptimizer.stateDictionary)
      secondOptimizer.hyperparameters = firstOptimizer.hyperparameters
      try train(second, secondOptimizer, cut..<15)
      #expect(isSame(second.stateDictionary, whole.stateDictionary), "\(name), cut at \(cut)")
      #expect(
        isSame(secondOptimizer.stateDictionary, wholeOptimizer.stateDictionary),
        "\(name), cut at \(cut)")
    }
  }

  @Test("freezeTo restarts Lookahead's slow weights and counter")
  func lookaheadRestarts() {
    let parameter = Parameter(Tensor([1, -2] as [Float]))
    let optimizer = Optimizer(
      Lookahead(SGD(), k: 2, alpha: 0), groups: [[("p", parameter)]], decaysNormAndBias: true)
    optimizer.setLearningRates(1)
    func step() {
      parameter.gradient = Tensor([1, 1] as [Float])
      optimizer.step()
    }
    step()
    #expect(parameter.value.floatScalars == [0, -3])
    optimizer.freezeTo(0)
    step()
    #expect(parameter.value.floatScalars == [-1, -4])
    // Back to where the weights were at `freezeTo`.
    step()
    #expect(parameter.value.floatScalars == [0, -3])
  }

  @Test("hyperparameters by name, per group, and as JSON of earlier versions")
  func hyperparameters() throws {
    let parameters = (0..<3).map { ("\($0)", Parameter(Tensor([1] as [Float]))) }
    let optimizer = Optimizer(Adam(), groups: parameters.map { [$0] })
    optimizer.set(.weightDecay, .each([0, 0.1, 0.2]))
    optimizer.set(.momentum, 0.7)
    optimizer.set(.epsilon, .range(1e-8, 1e-6))
    #expect(optimizer.hyperparameters.map(\.weightDecay) == [0, 0.1, 0.2])
    #expect(optimizer.hyperparameters.map(\.momentum) == [0.7, 0.7, 0.7])
    expectClose(optimizer.hyperparameters.map(\.epsilon), [1e-8, 1e-7, 1e-6], relative: 1e-12)
    let json = #"""
      {"epsilon":1e-05,"learningRate":0.001,"momentum":0.9,"squareMomentum":0.99,"weightDecay":0.01}
      """#
    #expect(
      try JSONDecoder().decode(Hyperparameters.self, from: Data(json.utf8)) == Hyperparameters())
    #expect(Hyperparameter.allCases.map { Hyperparameters()[$0] } == [1e-3, 0.9, 0.99, 1e-5, 0.01])
  }
}

/// Whether two dictionaries have the same names and bits.
func isSame(_ a: StateDictionary, _ b: StateDictionary) -> Bool {
  a.names == b.names
    && a.allSatisfy { name, tensor in
      guard let other = b[name], other.shape == tensor.shape, other.dtype == tensor.dtype else {
        return false
      }
      return tensor.dtype == .int64
        ? tensor.scalars(as: Int64.self) == other.scalars(as: Int64.self)
        : tensor.floatScalars.map(\.bitPattern) == other.floatScalars.map(\.bitPattern)
    }
}
