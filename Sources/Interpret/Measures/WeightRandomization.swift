package import Layers
package import Tensors

/// Replaces the weights of a model, part by part from the head to the stem, by random ones.
///
/// The sanity check of Adebayo and others (arXiv:1810.03292): a map that stays the same does not depend on what the model has learned. The parts' parameters are drawn from their
/// initializers, and the running statistics of batch norm become those of an untrained one.
package struct WeightRandomization {
  /// A part of the model.
  package struct Part {
    /// The name, such as "layer4".
    package let name: String
    /// The modules of the part.
    package let module: Module

    /// Creates a part.
    package init(_ name: String, _ module: Module) {
      self.name = name
      self.module = module
    }
  }

  private let model: Module
  private let parts: [Part]

  /// Creates a randomization.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - parts: Its parts, the head first. Default: its children with parameters, the last first.
  package init(_ model: Module, parts: [Part]? = nil) {
    self.model = model
    self.parts =
      parts
      ?? model.namedChildren.reversed().filter { !$0.module.parameters.isEmpty }
      .map { Part($0.name, $0.module) }
  }

  /// Runs `body` after each part, with all parts so far randomized, and restores all weights bit for bit, also if it
  /// throws.
  ///
  /// - Parameters:
  ///   - seed: The seed of the random weights.
  ///   - body: Gets the name of the part that was randomized last.
  /// - Throws: What `body` throws.
  package func cascade<Failure: Error>(
    seed: UInt64, _ body: (_ part: String) throws(Failure) -> Void
  ) throws(Failure) {
    let parameters = model.namedParameters
    let buffers = model.namedBuffers
    // Tensors are values, so these keep the bits whatever happens to the model.
    let values = parameters.map(\.parameter.value)
    let statistics = buffers.map(\.buffer.value)
    defer {
      for ((_, parameter), value) in zip(parameters, values) { parameter.value = value }
      for ((_, buffer), value) in zip(buffers, statistics) { buffer.value = value }
    }
    for part in parts {
      let own = Set(part.module.parameters.map(ObjectIdentifier.init))
      for (name, parameter) in parameters where own.contains(ObjectIdentifier(parameter)) {
        parameter.reset(random: RandomSource(seed: seed, stableHash(name)))
      }
      for (name, buffer) in part.module.namedBuffers {
        if name.hasSuffix("running_mean") { buffer.value = Tensor.zeros(buffer.value.shape) }
        if name.hasSuffix("running_var") { buffer.value = Tensor.ones(buffer.value.shape) }
      }
      try body(part.name)
    }
  }
}
