import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Optimizers over thirty steps, against PyTorch and fastai")
struct TrajectoryTests {
  private struct File: Decodable {
    struct Case: Decodable {
      let id: String, losses: [Double], grad_norms: [Double], final_l2: [String: Double]
    }
    let cases: [Case]
  }

  private func rule(_ id: String) -> (
    rule: any UpdateRule, rates: LearningRates, hyper: Hyperparameters
  ) {
    func h(_ mom: Double, _ sqr: Double, _ eps: Double, _ wd: Double) -> Hyperparameters {
      Hyperparameters(momentum: mom, squareMomentum: sqr, epsilon: eps, weightDecay: wd)
    }
    switch id {
    case "sgd": return (SGD(), 0.1, h(0, 0, 0, 0))
    case "sgd_label_smoothing": return (SGD(), 0.1, h(0, 0, 0, 0))
    case "sgd_momentum": return (SGD(momentum: 0.9), 0.05, h(0.9, 0, 0, 0))
    case "sgd_momentum_wd":
      return (SGD(momentum: 0.9, isDecoupled: false), 0.05, h(0.9, 0, 0, 0.01))
    case "sgd_momentum_clip": return (SGD(momentum: 0.9), 0.1, h(0.9, 0, 0, 0))
    case "fastai_sgd_decoupled_wd": return (SGD(momentum: 0.9), 0.05, h(0.9, 0, 0, 0.01))
    case "fastai_sgd_l2": return (SGD(momentum: 0.9, isDecoupled: false), 0.05, h(0.9, 0, 0, 0.01))
    case "fastai_adam": return (Adam(), 0.003, h(0.9, 0.99, 1e-5, 0.01))
    case "fastai_adam_l2": return (Adam(isDecoupled: false), 0.003, h(0.9, 0.99, 1e-5, 0.01))
    case "fastai_adam_no_wd_on_norm_and_bias": return (Adam(), 0.003, h(0.9, 0.99, 1e-5, 0.1))
    case "fastai_adam_three_groups":
      return (Adam(), .each([0.0001, 0.001, 0.01]), h(0.9, 0.99, 1e-5, 0.01))
    case "fastai_adam_clip": return (Adam(), 0.003, h(0.9, 0.99, 1e-5, 0.01))
    case "torch_adam": return (Adam(), 0.003, h(0.9, 0.999, 1e-8, 0))
    case "torch_adam_l2": return (Adam(isDecoupled: false), 0.003, h(0.9, 0.999, 1e-8, 0.01))
    default: return (Adam(), 0.003, h(0.9, 0.999, 1e-8, 0.01))  // torch_adamw
    }
  }

  @Test(
    "losses, gradient norms and where the weights end",
    arguments: [
      "sgd", "sgd_momentum", "sgd_momentum_wd", "sgd_momentum_clip", "sgd_label_smoothing",
      "fastai_sgd_decoupled_wd", "fastai_sgd_l2", "fastai_adam", "fastai_adam_l2",
      "fastai_adam_no_wd_on_norm_and_bias", "fastai_adam_three_groups", "fastai_adam_clip",
      "torch_adam",
      "torch_adam_l2", "torch_adamw",
    ])
  func trajectory(id: String) throws {
    let small = try SmallNetFixture.load()
    let test = try #require(
      try Fixture.json("training/trajectories.json", as: File.self).cases.first { $0.id == id })
    let net = small.model()
    net.train()
    let (rule, rates, hyper) = rule(id)
    let named = net.namedParameters
    let three: [[String]] = [["conv1", "bn1"], ["conv2", "bn2", "conv3", "bn3"], ["fc"]]
    let groups =
      id == "fastai_adam_three_groups"
      ? three.map { names in named.filter { names.contains(String($0.name.prefix { $0 != "." })) } }
      : [named]
    let optimizer = Optimizer(
      rule, groups: groups, decaysNormAndBias: id != "fastai_adam_no_wd_on_norm_and_bias")
    optimizer.hyperparameters = groups.map { _ in hyper }
    optimizer.setLearningRates(rates)
    let clip: Double? = id == "sgd_momentum_clip" ? 0.5 : id == "fastai_adam_clip" ? 0.25 : nil
    var (losses, norms): ([Double], [Double]) = ([], [])
    while losses.count < test.losses.count {
      var iterator = small.batches("train").batches(epoch: 0)
      while losses.count < test.losses.count, let batch = try iterator.next() {
        let loss = net(Tape().record(batch.inputs)).crossEntropy(
          try #require(batch.targets), labelSmoothing: id == "sgd_label_smoothing" ? 0.1 : 0)
        losses.append(Double(loss.item))
        loss.backward()
        norms.append(optimizer.gradientNorm)
        if let clip { optimizer.gradientScale = min(1, clip / ((norms.last ?? 0) + 1e-6)) }
        optimizer.step()
      }
    }
    expectClose(losses, test.losses, absolute: 2e-5, "losses")
    expectClose(norms, test.grad_norms, relative: 2e-4, "gradient norms")
    for (name, tensor) in net.stateDictionary where tensor.dtype == .float32 {
      let norm = tensor.floatScalars.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      expectClose(
        [norm], [try #require(test.final_l2[name])], absolute: 1e-6, relative: 2e-4, "final \(name)"
      )
    }
  }
}
