import DataBlocks
import Layers
import Tensors

extension Learner {
  /// A clause that names the first NaN or infinity of the current batch: an item, a weight or a layer.
  ///
  /// Runs the forward pass of the batch once more.
  public var nonFiniteSource: String {
    guard let batch else { return "there is no current batch" }
    if batch.inputs.dtype == .float32, let index = batch.inputs.firstNotFinite {
      let item = index / max(batch.inputs.count / max(batch.count, 1), 1)
      return "item \(batch.itemIndices[item]) of the data is not finite"
    }
    if let name = model.namedParameters.first(where: { $0.parameter.value.firstNotFinite != nil })?
      .name
    {
      return "the weights \(name) are not finite"
    }
    // An inner module finishes before the modules that contain it, so the first hit is the innermost.
    var found: String?
    let hooks = model.namedModules.map { path, module in
      let number = module.registerForwardHook { _, _, output in
        guard found == nil, output.dtype == .float32 || output.dtype == .bfloat16 else { return }
        let values = output.detached.converted(to: .float32)
        if values.firstNotFinite != nil { found = path.isEmpty ? "the model" : path }
      }
      return (module, number)
    }
    defer { for (module, number) in hooks { module.removeHook(number) } }
    model.seedRandomness(seed: seed, step: UInt64(totalSteps))
    _ = model(batch.inputs)
    return found.map { "\($0) is the first layer whose output is not finite" }
      ?? "the outputs of all layers are finite, but the loss function's is not"
  }
}
