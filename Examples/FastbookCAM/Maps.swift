import Foundation
import Lightbox

/// The chapter's map of each class, `[classes, rows, columns]`: the last weights times the activations of the body.
///
/// This is not Zhou's CAM. fastai's head has two linear layers: its last weights belong to 512 hidden units. The product can
/// be formed only because the body of resnet34 happens to have 512 channels as well, and it pairs units with channels that
/// have nothing to do with each other. With resnet50 (2048 channels) it fails.
///
/// - Returns: The map; nil if there are not as many hidden units as channels.
func chapterCAM(_ weight: Tensor, _ act: Tensor) throws -> Tensor? {
  guard weight.shape[1] == act.shape[0] else { return nil }
  return Tensor.einsum("ck,kij->cij", weight, act)
}

/// A learner with the head that CAM is defined for, and the parts of that head.
struct PlainHead {
  let learn: VisionLearner
  let linear: Linear

  /// The biases of the classes.
  var bias: Tensor { linear.bias?.value ?? Tensor.zeros([linear.weight.value.shape[0]]) }
}

/// Trains a head of average pooling and one linear layer: each place of the activations then adds to a score on its own.
func plainHeadLearner(
  _ dls: DataLoaders, _ arch: String, _ weights: String, channels: Int
) throws -> PlainHead {
  let linear = Linear(channels, dls.vocab.count)
  linear.initialize(seed: 42)
  let learn = try visionLearner(
    dls, Architecture.named(arch), head: Sequential(AdaptiveAvgPool2D(), Flatten(), linear),
    weights: weights, metrics: [.errorRate])
  try learn.fineTune(1)
  return PlainHead(learn: learn, linear: linear)
}

/// CAM as Zhou and others define it, and the scores of the model, `[classes]`.
func cam(_ plain: PlainHead, _ x: Tensor) throws -> (map: Tensor, scores: Tensor) {
  let (output, act) = withHook(on: plain.learn.visionModel.model[0]) { hook in
    (plain.learn.model.eval()(x), hook.stored?[0])
  }
  guard let act else { throw MapError.layerDidNotRun }
  return (Tensor.einsum("ck,kij->cij", plain.linear.weight.value, act), output[0])
}

/// Grad-CAM of a class at any layer, and the shape of the layer's activations.
func gradCAM(
  _ model: Module, on layer: Module, _ x: Tensor, _ cls: Int
) throws -> (map: Tensor, shape: [Int]) {
  try withHookBwd(on: layer) { hookg in
    let (output, act) = withHook(on: layer) { hook in (model.eval()(x), hook.stored) }
    output[0, cls].backward()
    guard let grad = hookg.stored, let act else { throw MapError.layerDidNotRun }
    let w = grad[0].mean(axes: [1, 2], keepingDimensions: true)
    return ((w * act[0]).sum(axis: 0), act[0].shape)
  }
}

/// The largest absolute difference of two tensors.
func difference(_ a: Tensor, _ b: Tensor) -> Float { (a - b).absolute().amax().item }

func fixed(_ value: Float) -> String { String(format: "%.4f", value) }

func fixed(_ values: [Float]) -> String { "[\(values.map(fixed).joined(separator: ", "))]" }
