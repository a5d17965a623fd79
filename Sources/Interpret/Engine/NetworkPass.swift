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
  /// The linear layers behind layers whose gradients need no backward pass.
  private let heads: [ObjectIdentifier: Linear]
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
    var heads: [ObjectIdentifier: Linear] = [:]
    var isChain = true
    var tapped: [ObjectIdentifier: Tensor] = [:]
    var inputs: [ObjectIdentifier: Tensor] = [:]
    var hooks: [(Module, () -> Void)] = []
    for layer in layers {
      let forward = layer.registerForwardHook { _, _, output in
        tapped[ObjectIdentifier(layer)] = output
      }
      hooks.append((layer, { layer.removeHook(forward) }))
      let tail = LayerTail(of: layer, in: network)
      if let head = tail?.linearHead {
        heads[ObjectIdentifier(layer)] = head
      } else {
        // A backward hook makes the layer's output need a gradient, and nothing before it.
        let backward = layer.registerBackwardHook { _ in }
        hooks.append((layer, { layer.removeHook(backward) }))
      }
      if let enclosing = tail?.enclosing {
        isChain = false
        let number = enclosing.registerForwardHook { _, input, _ in
          inputs[ObjectIdentifier(enclosing)] = input.detached
        }
        hooks.append((enclosing, { enclosing.removeHook(number) }))
      }
    }
    defer { for (_, remove) in hooks { remove() } }
    self.heads = heads
    // Branches that are hooked need one tape; a chain is recorded from its first hook on.
    recordedOutput = network.output(of: isChain ? self.input : Tape().record(self.input))
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
    if let head = heads[ObjectIdentifier(layer)] {
      let shape = activation(of: layer).shape
      let weights = target.seed(output).matmul(head.weight.value.detached.converted(to: .float32))
      return (weights.reshaped(to: [shape[0], shape[1], 1, 1]) / Float(shape[2] * shape[3]))
        .expanded(to: shape)
    }
    let key = ObjectIdentifier(target.id)
    if let found = gradients[key]?.byLayer[ObjectIdentifier(layer)] { return found }
    let layers = Array(tapped.filter { heads[$0.key] == nil })
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
    guard let tail = LayerTail(of: layer, in: network) else {
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
