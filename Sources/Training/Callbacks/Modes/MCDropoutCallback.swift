public import DataBlocks
import Layers
import Tensors

/// Keeps dropout active in validation, for Monte Carlo estimates (fastai's `MCDropoutCallback`).
///
/// `Learner.mcDropoutPredictions` repeats predictions and returns their spread.
///
/// Reference: Gal and Ghahramani, "Dropout as a Bayesian Approximation", ICML 2016.
public final class MCDropoutCallback: Callback {
  /// Creates the callback.
  public init() {}

  /// Puts the layers that draw random numbers into training mode.
  public func beforeValidate(_ learner: Learner) throws {
    for module in learner.model.randomized { module.train() }
  }

  /// Seeds the layers by the position of the batch, so that a repeated validation gives the same numbers.
  public func beforeBatch(_ learner: Learner) throws {
    guard !learner.isTraining else { return }
    learner.model.seedDropout(
      learner.seed, UInt64(learner.totalSteps), UInt64(learner.batchIndex))
  }

  /// Puts the layers into evaluation mode.
  public func afterValidate(_ learner: Learner) throws {
    for module in learner.model.randomized { module.eval() }
  }

  /// Puts the layers into evaluation mode if validation did not end.
  public func afterFit(_ learner: Learner) throws {
    guard !learner.isTraining else { return }
    for module in learner.model.randomized { module.eval() }
  }
}

/// Repeated predictions with active dropout.
public struct MCDropoutPredictions: Sendable {
  /// The mean of the probabilities, one row per item.
  public let mean: [[Float]]
  /// The standard deviation of the probabilities over the repetitions, with their number less one as divisor.
  public let std: [[Float]]
  /// The predictions of each repetition.
  public let samples: [Predictions]
}

extension Learner {
  /// Predicts several times with active dropout.
  ///
  /// Everything else, such as batch norm, is in evaluation mode. Callbacks do not run. The same call returns the same
  /// numbers.
  ///
  /// - Parameters:
  ///   - source: The batches; one that gives the same items each time.
  ///   - count: The number of repetitions.
  /// - Returns: Mean and standard deviation of the probabilities.
  /// - Throws: What the data throws.
  /// - Precondition: `count` is at least 2.
  public func mcDropoutPredictions(
    for source: any BatchSource, count: Int = 10
  ) throws -> MCDropoutPredictions {
    precondition(count > 1, "a standard deviation needs 2 repetitions, not \(count)")
    let randomized = model.randomized
    let samples = try model.evaluating {
      try (0..<count).map { number in
        for module in randomized { module.train() }
        var collected = PredictionCollector()
        var iterator = source.batches(epoch: 0)
        var index: UInt64 = 0
        while let next = try iterator.next() {
          model.seedDropout(seed, UInt64(number), index)
          let output = model(next.inputs)
          let losses = next.targets.map { lossFunction(output, $0, reduction: .none) }
          collected.add(output, next, losses: losses)
          index += 1
        }
        return collected.predictions(lossFunction)
      }
    }
    let first = samples[0].probabilities
    var (mean, std) = (first, first)
    for item in first.indices {
      for column in first[item].indices {
        let values: [Double] = samples.map { Double($0.probabilities[item][column]) }
        let average = values.reduce(0, +) / Double(count)
        let squares = values.reduce(0) { $0 + ($1 - average) * ($1 - average) }
        mean[item][column] = Float(average)
        std[item][column] = Float((squares / Double(count - 1)).squareRoot())
      }
    }
    return MCDropoutPredictions(mean: mean, std: std, samples: samples)
  }
}

extension Module {
  /// The layers that draw random numbers.
  fileprivate var randomized: [any RandomizedModule] {
    modules.compactMap { $0 as? any RandomizedModule }
  }

  fileprivate func seedDropout(_ seed: UInt64, _ step: UInt64, _ batch: UInt64) {
    for (index, module) in randomized.enumerated() {
      module.random = RandomSource(seed: seed, 0x4D43_4450, step, batch, UInt64(index))
    }
  }
}
