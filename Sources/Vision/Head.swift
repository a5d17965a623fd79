public import Layers

/// The choices of fastai's classifier head; the defaults are fastai's.
public struct HeadOptions: Sendable, Equatable {
  /// Widths of the hidden linear layers.
  public var hidden: [Int] = [512]
  /// Dropout in front of each linear layer; one number gives half of it to the hidden ones.
  public var dropout: [Double] = [0.5]
  /// Begin with maxima and means rather than means alone.
  public var concatPool = true
  /// Batch norm in front of the first linear layer.
  public var firstBatchNorm = true
  /// Batch norm behind the last linear layer.
  public var finalBatchNorm = false

  /// Makes the default choices.
  public init() {}
}

/// Makes the head that fastai puts behind a body.
///
/// Pooling, flatten, then for each linear layer: batch norm, dropout, linear (without bias behind a
/// batch norm), and ReLU between them. Linear weights start from He's normal values, batch norm's
/// shifts from 0.001, as in fastai.
///
/// - Parameters:
///   - features: Channels that the body gives.
///   - classes: Outputs.
///   - options: What differs from fastai's defaults.
/// - Returns: From `[batch, features, height, width]` to logits, `[batch, classes]`.
public func createHead(features: Int, classes: Int, options: HeadOptions = HeadOptions())
  -> Sequential
{
  let first = options.concatPool ? features * 2 : features
  let widths = [first] + options.hidden + [classes]
  let steps = widths.count - 1
  let dropout: [Double]
  if options.dropout.count == 1 {
    let last = options.dropout[0]
    dropout = [Double](repeating: last / 2, count: steps - 1) + [last]
  } else {
    dropout = options.dropout
  }
  precondition(
    dropout.count == steps,
    "a head of \(steps) linear layers needs as many dropouts, not \(dropout)")
  var layers: [Module] = [
    options.concatPool ? AdaptiveConcatPool2D() : AdaptiveAvgPool2D(), Flatten(),
  ]
  for step in 0..<steps {
    let normalizes = step > 0 || options.firstBatchNorm
    if normalizes { layers.append(headNorm(widths[step])) }
    if dropout[step] > 0 { layers.append(Dropout(dropout[step])) }
    let linear = Linear(widths[step], widths[step + 1], bias: !normalizes)
    linear.weight.initializer = .kaimingNormal(fan: widths[step])
    linear.bias?.initializer = .zeros
    layers.append(linear)
    if step + 1 < steps { layers.append(ReLU()) }
  }
  if options.finalBatchNorm { layers.append(headNorm(classes, momentum: 0.01)) }
  return Sequential(layers)
}

private func headNorm(_ channels: Int, momentum: Float = 0.1) -> BatchNorm {
  let norm = BatchNorm(channels, momentum: momentum)
  norm.bias.initializer = .constant(1e-3)
  return norm
}
