// swift-format-ignore-file
// Made from Docs/Contributing.md by .ci/snippets.py; do not edit.

import Foundation
import Lightbox

// An operation
extension Tensor {
  /// Mish: `y = x · tanh(softplus(x))` (`F.mish`).
  ///
  /// Reference: Misra, arXiv:1908.08681.
  func mish() -> Tensor { self * softplus().tanh() }
}

// An operation
extension Tensor {
  /// Softsign: `y = x / (1 + |x|)`, `dx = dy / (1 + |x|)²` (`F.softsign`).
  ///
  /// Saves the input.
  func softsign() -> Tensor {
    precondition(dtype == .float32, "softsign needs float32, not \(dtype.rawValue)")
    let x = rowMajor.detached
    let y = Tensor(uninitialized: shape)
    for i in 0..<count { y.floats[i] = x.floats[i] / (1 + abs(x.floats[i])) }
    return y.recorded("softsign", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: x.shape)
      for i in 0..<x.count {
        let divisor = 1 + abs(x.floats[i])
        dx.floats[i] = dy.floats[i] / (divisor * divisor)
      }
      return [dx]
    }
  }
}

// A layer
/// A learned factor per channel, small at first: timm's `LayerScale2d`.
///
/// Reference: Touvron et al., arXiv:2103.17239.
final class LayerScale: Module {
  let gamma: Parameter

  /// Creates a layer for a number of channels.
  init(_ channels: Int, initial: Float = 1e-5) {
    gamma = Parameter(shape: [channels, 1, 1], initializer: .constant(initial))
  }

  /// Scales the channels of `[batch, channels, height, width]`.
  override func forward(_ input: Tensor) -> Tensor { input * gamma.watched(with: input) }
}

// A callback
/// Ends the fit when the validation loss is below a bound.
final class StopBelowLoss: Callback {
  let bound: Double
  let order = 60
  var runsInLRFind: Bool { false }

  init(_ bound: Double) { self.bound = bound }

  func afterEpoch(_ learner: Learner) throws {
    guard let loss = learner.recorder.rows.last?.validLoss, loss < bound else { return }
    learner.report("The validation loss \(loss) is below \(bound).")
    throw Interruption.cancelFit
  }
}

// A transform
/// Raises gray values to a random power, drawn evenly in the logarithm.
struct RandomGamma: Transform {
  /// The largest exponent; the smallest is its inverse.
  var maximum = 1.5
  var order: Int { 45 }
  var onlyIn: PipelineMode? { .training }
  var effects: TransformEffects { .pixels }

  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let exponent = Float(exp(context.random.uniform(-log(maximum), log(maximum))))
    sample.updateValues { planes in
      for i in planes.values.indices { planes.values[i] = pow(max(planes.values[i], 0), exponent) }
    }
  }
}

// A model
/// Four convolutions, each with half the rows and columns.
final class FourConvolutions: Module, ImageClassifier {
  let features: Sequential
  let pool = AdaptiveAvgPool2D()
  let fc: Linear

  init(classCount: Int, inputChannels: Int) {
    let widths = [inputChannels, 16, 32, 64, 128]
    features = Sequential(
      zip(widths, widths.dropFirst()).map { inputs, outputs in
        Sequential(
          Conv2D(inputs, outputs, kernelSize: 3, stride: 2, padding: 1, bias: false),
          BatchNorm(outputs), ReLU())
      })
    fc = Linear(128, classCount)
  }

  override func forward(_ input: Tensor) -> Tensor { fc(pool(features(input)).flattened()) }

  var body: Sequential { Sequential(features) }
  var featureCount: Int { 128 }
  var classifierName: String { "fc" }
  var lastSpatialLayerPath: String { "features" }
}

extension Architecture {
  static let fourConvolutions = Architecture("four_convolutions", classCount: 2) {
    FourConvolutions(classCount: $0, inputChannels: $1)
  }
}

// A map method
/// Grad-CAM whose weights are the means of the positive gradients.
struct PositiveGradCAM: ChannelMapMethod {
  var name: String { "positive-grad-cam" }
  var title: String { "Positive Grad-CAM" }

  func contributions(_ context: MapContext) -> Tensor {
    context.gradient.relu().mean(axes: [2, 3], keepingDimensions: true) * context.activation
  }
}
