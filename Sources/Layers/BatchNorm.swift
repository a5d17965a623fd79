public import Tensors

/// Batch normalization of `[batch, channels]` or `[batch, channels, height, width]`: PyTorch's
/// `BatchNorm1d` and `BatchNorm2d`.
///
/// Reference: Ioffe and Szegedy, arXiv:1502.03167.
public final class BatchNorm: Module {
  /// The scale of each channel.
  public let weight: Parameter
  /// The shift of each channel.
  public let bias: Parameter
  /// The running mean of each channel.
  package let runningMean: ModuleBuffer
  /// The running unbiased variance of each channel.
  package let runningVar: ModuleBuffer
  /// The number of training batches; int64.
  package let numBatchesTracked: ModuleBuffer
  package let epsilon: Float
  package let momentum: Float

  /// Creates a batch norm with weight 1, bias 0, running mean 0 and running variance 1.
  ///
  /// - Parameters:
  ///   - channels: The number of channels (`num_features`).
  ///   - epsilon: Added to the variance (`eps`).
  ///   - momentum: Weight of a new batch in the running statistics.
  public init(_ channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    weight = Parameter(shape: [channels], initializer: .ones)
    bias = Parameter(shape: [channels], initializer: .zeros)
    runningMean = ModuleBuffer(Tensor.zeros([channels]))
    runningVar = ModuleBuffer(Tensor.ones([channels]))
    numBatchesTracked = ModuleBuffer(Tensor([Int64(0)], shape: []))
    self.epsilon = epsilon
    self.momentum = momentum
    super.init()
    weight.belongsToNorm = true
    bias.belongsToNorm = true
  }

  /// Normalizes the input; in training mode, also updates the running statistics.
  public override func forward(_ input: Tensor) -> Tensor { normalized(input, relu: false) }

  /// Normalizes the input, with an optional sum and ReLU in the same pass over memory.
  package func normalized(_ input: Tensor, adding addend: Tensor? = nil, relu: Bool) -> Tensor {
    let result = input.batchNorm(
      scale: weight.watched(with: input), shift: bias.watched(with: input),
      statistics: isTraining ? nil : (runningMean.value, runningVar.value),
      epsilon: epsilon, adding: addend, relu: relu)
    if isTraining, !input.isRepeated {
      let samples = input.count / max(input.shape[1], 1)
      precondition(
        samples > 1,
        "batch norm needs more than one value per channel in training; an input of \(input.shape) "
          + "has one: use a larger batch or image")
      let unbiased = Float(samples) / Float(samples - 1)
      runningMean.value = runningMean.value * (1 - momentum) + result.mean * momentum
      runningVar.value = runningVar.value * (1 - momentum) + result.variance * (unbiased * momentum)
      let seen = numBatchesTracked.value.scalars(as: Int64.self)[0]
      numBatchesTracked.value = Tensor([seen + 1], shape: [])
    }
    return result.output
  }
}
