package import Layers

/// The options of fastai's classifier head, with fastai's defaults.
public struct HeadOptions: Sendable, Equatable {
  package var linearFeatures: [Int]
  package var dropoutProbabilities: [Double]
  package var concatPool: Bool
  package var firstBatchNorm: Bool
  package var batchNormFinal: Bool

  /// Creates options.
  ///
  /// - Parameters:
  ///   - linearFeatures: Outputs of the hidden linear layers (`lin_ftrs`).
  ///   - dropoutProbabilities: Dropout probability before each linear layer (`ps`). A single number
  ///     applies to the last layer, and half of it to the others.
  ///   - concatPool: Whether pooling concatenates maxima and means, or takes means only (`concat_pool`).
  ///   - firstBatchNorm: Whether there is a batch norm before the first linear layer (`first_bn`).
  ///   - batchNormFinal: Whether there is a batch norm after the last linear layer (`bn_final`).
  public init(
    linearFeatures: [Int] = [512], dropoutProbabilities: [Double] = [0.5], concatPool: Bool = true,
    firstBatchNorm: Bool = true, batchNormFinal: Bool = false
  ) {
    self.linearFeatures = linearFeatures
    self.dropoutProbabilities = dropoutProbabilities
    self.concatPool = concatPool
    self.firstBatchNorm = firstBatchNorm
    self.batchNormFinal = batchNormFinal
  }
}

/// Creates a classifier head: fastai's `create_head`.
///
/// Pooling, flatten, then for each linear layer: batch norm, dropout, linear (without bias after a batch
/// norm), and ReLU between them. As in fastai, linear weights start from He initialization and biases of
/// batch norms from 0.001.
///
/// - Parameters:
///   - featureCount: Channels of the body's output (`nf`).
///   - classCount: The number of outputs (`n_out`).
///   - options: The options.
/// - Returns: A module from `[batch, featureCount, height, width]` to logits, `[batch, classCount]`.
package func createHead(featureCount: Int, classCount: Int, options: HeadOptions = HeadOptions())
  -> Sequential
{
  let first = options.concatPool ? featureCount * 2 : featureCount
  let widths = [first] + options.linearFeatures + [classCount]
  let linearCount = widths.count - 1
  let dropout = dropoutProbabilities(options.dropoutProbabilities, linearCount)
  var layers: [Module] = [
    options.concatPool ? AdaptiveConcatPool2D() : AdaptiveAvgPool2D(), Flatten(),
  ]
  for i in 0..<linearCount {
    let normalizes = i > 0 || options.firstBatchNorm
    if normalizes { layers.append(headNorm(widths[i])) }
    if dropout[i] > 0 { layers.append(Dropout(dropout[i])) }
    let linear = Linear(widths[i], widths[i + 1], bias: !normalizes)
    linear.bias?.initializer = .zeros
    layers.append(linear)
    if i + 1 < linearCount { layers.append(ReLU()) }
  }
  if options.batchNormFinal { layers.append(headNorm(classCount, momentum: 0.01)) }
  let head = Sequential(layers)
  head.initializeKaimingNormal(.fanIn, linear: true)
  return head
}

/// One probability per linear layer; a single number is halved for all but the last.
private func dropoutProbabilities(_ given: [Double], _ linearCount: Int) -> [Double] {
  precondition(
    given.count == 1 || given.count == linearCount,
    "a head of \(linearCount) linear layers needs 1 or \(linearCount) dropout probabilities, not \(given)"
  )
  guard given.count == 1 else { return given }
  return [Double](repeating: given[0] / 2, count: linearCount - 1) + given
}

private func headNorm(_ channels: Int, momentum: Float = 0.1) -> BatchNorm {
  let norm = BatchNorm(channels, momentum: momentum)
  norm.bias.initializer = .constant(1e-3)
  return norm
}
