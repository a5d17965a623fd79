package import Layers
import Tensors

/// A training or inference step that is repeated on the same random images.
package struct Workload {
  /// What a step computes.
  package enum Mode: String, CaseIterable, Encodable, Sendable {
    /// Forward, cross entropy, backward, AdamW step, gradients cleared.
    case train
    /// Forward in evaluation mode.
    case infer
  }

  /// The network.
  package let model: Module
  private let images: Tensor
  private let targets: Tensor
  private let training: TrainingStep?

  /// Creates random images and labels the network's layers for the profiler.
  ///
  /// - Parameters:
  ///   - model: A classifier of images of 3 channels.
  ///   - classCount: The number of its outputs.
  ///   - mode: What a step computes.
  ///   - batchSize: The number of images.
  ///   - size: Their height and width.
  package init(model: Module, classCount: Int, mode: Mode, batchSize: Int, size: Int) {
    self.model = model.train(mode == .train)
    var random = RandomSource(seed: 1)
    images = Tensor(
      (0..<(batchSize * 3 * size * size)).map { _ in Float(random.normal()) },
      shape: [batchSize, 3, size, size])
    targets = Tensor((0..<batchSize).map { Int64($0 % classCount) })
    training = mode == .train ? TrainingStep(model: model) : nil
    model.labelForProfile()
  }

  /// Runs one step.
  package func step() {
    if let training { training(images, targets) } else { _ = model(images) }
  }
}

/// The median: the mean of the two middle values of an even number, NaN of no values.
package func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
