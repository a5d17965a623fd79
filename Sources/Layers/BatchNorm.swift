public import Tensors

/// Batch normalization, of `[batch, channels]` or `[batch, channels, height, width]`.
public final class BatchNorm: Module {
  /// Scale of each channel.
  public let weight: Parameter
  /// Shift of each channel.
  public let bias: Parameter
  /// Mean of each channel over the batches seen.
  public let runningMean: ModuleBuffer
  /// Unbiased variance of each channel over the batches seen.
  public let runningVar: ModuleBuffer
  /// Batches seen; int64.
  public let numBatchesTracked: ModuleBuffer
  /// Added to the variance.
  public let epsilon: Float
  /// Share of a new batch in the running statistics.
  public let momentum: Float

  /// Makes a batch norm; weight 1, bias 0, running mean 0, running variance 1.
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

  /// Normalizes, and in training moves the running statistics.
  public override func forward(_ input: Tensor) -> Tensor { normalized(input, relu: false) }

  /// Normalizes, with a sum and ReLU in the same pass where asked.
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
