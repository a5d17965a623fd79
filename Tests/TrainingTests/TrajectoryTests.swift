import DataBlocks
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Optimizers over 30 steps, against PyTorch and fastai")
struct TrajectoryTests {
  private struct File: Decodable {
    struct Case: Decodable {
      struct Rate: Decodable {
        let rates: LearningRates
        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let number = try? container.decode(Double.self) {
            rates = .same(number)
          } else {
            rates = .each(try container.decode([Double].self))
          }
        }
      }
      struct Arguments: Decodable {
        let lr: Rate
        let mom: Double?, sqr_mom: Double?, eps: Double?, wd: Double?, decouple_wd: Bool?
        let momentum: Double?, betas: [Double]?, weight_decay: Double?
        let nesterov: Bool?, dampening: Double?, alpha: Double?, k: Int?, clip: Bool?,
          trust_coeff: Double?, nu_1: Double?, nu_2: Double?
      }
      let id: String, library: String, `class`: String, args: Arguments
      let groups: String?, no_wd_on_norm_and_bias: Bool?, clip_norm: Double?, accumulate: Int?,
        label_smoothing: Double?
      let losses: [Double], grad_norms: [Double], final_l2: [String: Double]
    }
    let cases: [Case]
  }

  static let ids = [
    "sgd", "sgd_momentum", "sgd_momentum_wd", "sgd_nesterov_wd", "sgd_dampening",
    "sgd_momentum_clip", "sgd_label_smoothing", "sgd_accumulate2", "fastai_sgd_decoupled_wd",
    "fastai_sgd_l2", "fastai_adam", "fastai_adam_l2", "fastai_adam_no_wd_on_norm_and_bias",
    "fastai_adam_three_groups", "fastai_adam_clip", "torch_adam", "torch_adam_l2", "torch_adamw",
    "torch_adamw_accumulate3_clip", "torch_rmsprop", "torch_rmsprop_momentum_wd", "fastai_rmsprop",
    "fastai_rmsprop_momentum", "torch_radam", "fastai_radam", "fastai_lamb", "fastai_larc",
    "fastai_lars", "fastai_qhadam", "fastai_ranger",
  ]

  @Test("every case of the file is tested")
  func complete() throws {
    let cases = try Fixture.json("training/trajectories.json", as: File.self).cases
    #expect(cases.map(\.id).sorted() == Self.ids.sorted() && cases.count == 30)
  }

  /// The update rule that a case names, with its hyperparameters as defaults.
  private func rule(_ test: File.Case) throws -> any UpdateRule {
    let a = test.args
    let momentum = a.mom ?? a.momentum ?? 0
    let decay = a.wd ?? a.weight_decay ?? 0
    let isDecoupled = a.decouple_wd ?? true
    let betas = (a.betas?[0] ?? 0.9, a.betas?[1] ?? 0.999)
    let values = Hyperparameters(
      momentum: momentum, squareMomentum: a.sqr_mom ?? 0, epsilon: a.eps ?? 0, weightDecay: decay)
    switch (test.library, test.class) {
    case ("torch", "SGD"):
      return TorchSGD(
        momentum: momentum, dampening: a.dampening ?? 0, weightDecay: decay,
        isNesterov: a.nesterov ?? false)
    case ("torch", "Adam"):
      return TorchAdam(betas: betas, epsilon: try #require(a.eps), weightDecay: decay)
    case ("torch", "AdamW"):
      return TorchAdamW(betas: betas, epsilon: try #require(a.eps), weightDecay: decay)
    case ("torch", "RMSprop"):
      return TorchRMSprop(
        alpha: try #require(a.alpha), momentum: momentum, epsilon: try #require(a.eps),
        weightDecay: decay)
    case ("torch", "RAdam"):
      return TorchRAdam(betas: betas, epsilon: try #require(a.eps), weightDecay: decay)
    case ("fastai", "SGD"):
      return SGD(momentum: momentum, weightDecay: decay, isDecoupled: isDecoupled)
    case ("fastai", "Adam"): return Adam(values, isDecoupled: isDecoupled)
    case ("fastai", "RMSProp"):
      return RMSProp(
        momentum: momentum, squareMomentum: try #require(a.sqr_mom),
        epsilon: try #require(a.eps), weightDecay: decay, isDecoupled: isDecoupled)
    case ("fastai", "RAdam"): return RAdam(values, isDecoupled: isDecoupled)
    case ("fastai", "QHAdam"):
      return QHAdam(
        values, nu: (try #require(a.nu_1), try #require(a.nu_2)), isDecoupled: isDecoupled)
    case ("fastai", "Lamb"): return Lamb(values, isDecoupled: isDecoupled)
    case ("fastai", "Larc"):
      return Larc(
        momentum: momentum, clips: try #require(a.clip),
        trustCoefficient: try #require(a.trust_coeff), epsilon: try #require(a.eps),
        weightDecay: decay, isDecoupled: isDecoupled)
    default:
      #expect(test.library == "fastai" && test.class == "ranger")
      return Lookahead.ranger(
        momentum: momentum, epsilon: try #require(a.eps), weightDecay: decay,
        k: try #require(a.k), alpha: try #require(a.alpha), isDecoupled: isDecoupled)
    }
  }

  @Test("losses, gradient norms and the final weights", arguments: ids)
  func trajectory(id: String) throws {
    let small = try SmallNetFixture.load()
    let test = try #require(
      try Fixture.json("training/trajectories.json", as: File.self).cases.first { $0.id == id })
    let net = small.model()
    net.train()
    let named = net.namedParameters
    let three: [[String]] = [["conv1", "bn1"], ["conv2", "bn2", "conv3", "bn3"], ["fc"]]
    let groups =
      test.groups == "three"
      ? three.map { names in named.filter { names.contains(String($0.name.prefix { $0 != "." })) } }
      : [named]
    let optimizer = Optimizer(
      try rule(test), groups: groups, decaysNormAndBias: test.no_wd_on_norm_and_bias != true)
    optimizer.setLearningRates(test.args.lr.rates)
    let accumulated = test.accumulate ?? 1
    var (losses, norms): ([Double], [Double]) = ([], [])
    var (lossSum, seen) = (0.0, 0)
    while losses.count < test.losses.count {
      var iterator = small.batches("train").batches(epoch: 0)
      while losses.count < test.losses.count, let batch = try iterator.next() {
        let loss = net(Tape().record(batch.inputs)).crossEntropy(
          try #require(batch.targets), labelSmoothing: test.label_smoothing ?? 0)
        lossSum += Double(loss.item) / Double(accumulated)
        (accumulated == 1 ? loss : loss * (1 / Float(accumulated))).backward()
        seen += 1
        guard seen % accumulated == 0 else { continue }
        losses.append(lossSum)
        lossSum = 0
        norms.append(optimizer.gradientNorm)
        if let clip = test.clip_norm {
          optimizer.gradientScale = min(1, clip / ((norms.last ?? 0) + 1e-6))
        }
        optimizer.step()
      }
    }
    expectClose(losses, test.losses, absolute: 2e-5, "losses")
    expectClose(norms, test.grad_norms, relative: 2e-4, "gradient norms")
    #expect(losses.count == 30 && test.final_l2.count == 17)
    var compared = 0
    for (name, tensor) in net.stateDictionary where tensor.dtype == .float32 {
      let norm = tensor.floatScalars.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      expectClose(
        [norm], [try #require(test.final_l2[name])], absolute: 1e-6, relative: 2e-4, "final \(name)"
      )
      compared += 1
    }
    #expect(compared == 17)
  }
}
