import Layers
import Tensors

/// One forward pass of a network, with the activations of some layers and the gradients of targets with respect to
/// them.
///
/// Parameters need no gradient, keep none, and the model's modes are restored.
final class NetworkPass {
  let network: ExplainedNetwork
  /// `[batch, channels, height, width]`.
  let input: Tensor
  /// `[batch, outputs]`.
  let output: Tensor
  private let tapped: [ObjectIdentifier: Tensor]
  private let inputs: [ObjectIdentifier: Tensor]
  private let recordedOutput: Tensor
  /// By target, which is kept alive with its gradients.
  private var gradients:
    [ObjectIdentifier: (target: MapTarget, byLayer: [ObjectIdentifier: Tensor])] = [:]

  /// Runs the network.
  ///
  /// - Throws: `MapError` if a layer did not run or has no rows and columns.
  init(
    _ network: ExplainedNetwork, _ input: Tensor, layers: [Module]
  ) throws(MapError) {
    self.network = network
    self.input = input.detached
    var tapped: [ObjectIdentifier: Tensor] = [:]
    var inputs: [ObjectIdentifier: Tensor] = [:]
    var hooks: [(Module, () -> Void)] = []
    for layer in layers {
      let forward = layer.registerForwardHook { _, _, output in
        tapped[ObjectIdentifier(layer)] = output
      }
      // A backward hook makes the layer's output need a gradient, and nothing before it.
      let backward = layer.registerBackwardHook { _ in }
      hooks.append(
        (
          layer,
          {
            layer.removeHook(forward)
            layer.removeHook(backward)
          }
        ))
      if let enclosing = LayerTail(of: layer, in: network.model)?.enclosing {
        let number = enclosing.registerForwardHook { _, input, _ in
          inputs[ObjectIdentifier(enclosing)] = input.detached
        }
        hooks.append((enclosing, { enclosing.removeHook(number) }))
      }
    }
    defer { for (_, remove) in hooks { remove() } }
    recordedOutput = network.output(of: Tape().record(self.input))
    output = recordedOutput.detached.converted(to: .float32)
    for layer in layers {
      guard let activation = tapped[ObjectIdentifier(layer)] else {
        throw MapError(.layerDidNotRun)
      }
      guard activation.rank == 4 else { throw MapError(.notSpatial(shape: activation.shape)) }
    }
    self.tapped = tapped
    self.inputs = inputs
  }

  /// The output of a layer, `[batch, channels, rows, columns]`.
  func activation(of layer: Module) -> Tensor {
    guard let found = tapped[ObjectIdentifier(layer)] else {
      preconditionFailure("the layer was not tapped")
    }
    return found.detached.converted(to: .float32)
  }

  /// The gradient of a target with respect to a layer's output, of its shape.
  func gradient(of target: MapTarget, at layer: Module) -> Tensor {
    let key = ObjectIdentifier(target.id)
    if let found = gradients[key]?.byLayer[ObjectIdentifier(layer)] { return found }
    let layers = Array(tapped)
    guard let tape = Tape.common([recordedOutput]) else {
      preconditionFailure("the output is on no tape")
    }
    let seed = target.seed(output).converted(to: recordedOutput.dtype)
    let found = tape.gradients(
      of: recordedOutput, withRespectTo: layers.map(\.value), seed: seed, retainGraph: true)
    let byLayer = Dictionary(
      uniqueKeysWithValues: zip(
        layers.map(\.key), found.map { $0.detached.converted(to: .float32) }))
    gradients[key] = (target, byLayer)
    return byLayer[ObjectIdentifier(layer)] ?? Tensor.zeros(activation(of: layer).shape)
  }

  /// The outputs for other activations of a layer, `[count, channels, rows, columns]`, of the image at a position of
  /// the batch.
  func outputs(replacing layer: Module, with activations: Tensor, image: Int) -> Tensor {
    guard let tail = LayerTail(of: layer, in: network.model) else {
      preconditionFailure("the layer is not a part of the model")
    }
    let input = tail.enclosing.flatMap { inputs[ObjectIdentifier($0)] }?[image..<(image + 1)]
    return network.frozen {
      tail.output(for: activations, input: input) { module, input in
        module === network.model ? network.logits(input) : module(input)
      }
    }.converted(to: .float32)
  }
}
