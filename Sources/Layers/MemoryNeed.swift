package import Files
import Tensors

/// An estimate of the memory that steps of a network need at least, from the shapes of its layers.
///
/// Most of the measured peak in training; in inference a quarter to all of it, by the algorithms that oneDNN takes.
package struct MemoryNeed: Sendable, Equatable {
  /// Bytes of weights, gradients and optimizer state.
  package let weights: Int
  /// Bytes of the values between layers that are in memory at the same time.
  package let activations: Int
  /// Bytes of the images of a step, and of those that loaders prepare ahead.
  package let images: Int

  /// All bytes; `Int.max` if they cannot be counted.
  package var total: Int {
    [weights, activations, images].reduce(0) { sum, part in
      let (result, overflow) = sum.addingReportingOverflow(part)
      return overflow ? .max : result
    }
  }

  /// Estimates the need of training (AdamW, all weights) or of inference.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - input: The shape of a batch, `[images, channels, height, width]`.
  ///   - training: Training instead of inference.
  ///   - batchesAhead: Batches that are in memory besides the one of the step.
  package init(of model: Module, input: [Int], training: Bool, batchesAhead: Int = 0) {
    // Small images take little time and memory; the values between layers grow with the area.
    let (height, width) = (min(input[2], 128), min(input[3], 128))
    let summary = ModelSummary(of: model, input: [1, input[1], height, width])
    let area = Double(input[2] * input[3]) / Double(height * width)
    let scale =
      4 * Double(input[0]) * area * (Compute.precision == .bfloat16 ? 0.5 : 1)
    // Convolutions and batch norms keep their inputs, which are the outputs of each other.
    let outputs: [(path: String, count: Double)] = summary.layers.compactMap { layer in
      guard ["Conv2D", "BatchNorm"].contains(layer.kind), let output = layer.output,
        output.count == 4
      else { return nil }
      return (layer.path, Double(output.reduce(1, *)))
    }
    let parameters = Double(summary.parameters)
    let largest = outputs.map(\.count).max() ?? 0
    if training {
      let repeated = model.namedModules.filter { $0.module.recomputesInBackward }.map(\.path)
      var inside: [String: Double] = [:]
      var kept = 0.0
      for (path, count) in outputs {
        if let block = repeated.first(where: { path == $0 || path.hasPrefix($0 + ".") }) {
          inside[block, default: 0] += count
        } else {
          kept += count
        }
      }
      // The outputs of blocks are kept, and one block at a time is recomputed; a third of a block is its output.
      let blocks = inside.values.reduce(0) { $0 + $1 / 6 } + (inside.values.max() ?? 0)
      activations = Self.bytes(scale * (kept + blocks + largest))
      // Values and two moments of each; gradients replace activations in backward.
      weights = Self.bytes(parameters * 12)
    } else {
      // The input and the output of a layer, and a residual.
      activations = Self.bytes(scale * largest * 2)
      // The copies in the order of the primitives are not counted: Winograd's filters are four times as large, those of
      // others may be the only ones.
      weights = Self.bytes(parameters * 4)
    }
    images = Self.bytes(4 * input.reduce(1) { $0 * Double($1) } * Double(1 + batchesAhead))
  }

  /// Throws if more is needed than can still be allocated.
  ///
  /// - Parameters:
  ///   - recompute: How to recompute activations, for the message; nil if that is done or does not help.
  ///   - available: Bytes that can still be allocated.
  /// - Throws: `InsufficientMemory`.
  package func check(recompute: String? = nil, available: Int = Compute.availableMemory)
    throws(InsufficientMemory)
  {
    // Tensors that exist, such as loaded weights, are part of the need.
    let free = available.addingReportingOverflow(Compute.memory.inUse)
    guard !free.overflow, total > free.partialValue else { return }
    throw InsufficientMemory(
      need: self, available: free.partialValue, limit: ProcessLimits().memoryLimit,
      recompute: recompute)
  }

  private static func bytes(_ count: Double) -> Int { Int(exactly: count.rounded()) ?? .max }
}

/// Not enough memory for a step, found before the first one.
package struct InsufficientMemory: LightboxError, Equatable {
  /// What is needed.
  package let need: MemoryNeed
  /// The bytes that are available for it.
  package let available: Int
  /// The limit of the control group in bytes; nil: none.
  package let limit: Int?
  /// How to recompute activations; nil if that does not help.
  package let recompute: String?

  /// Empty: no file is involved.
  package var place: ErrorPlace { ErrorPlace() }

  /// What is needed, and what is there.
  package var problem: String {
    func text(_ bytes: Int) -> String {
      bytes == .max ? "too much" : "\((bytes >> 20) + (bytes & 0xfffff == 0 ? 0 : 1)) MiB"
    }
    let source = limit.map { ", since the control group is limited to \(text($0))" } ?? ""
    return
      "a step needs at least \(text(need.total)) of memory (weights \(text(need.weights)), activations "
      + "\(text(need.activations)), images \(text(need.images))), and \(text(available)) are available\(source)"
  }

  /// A smaller step.
  package var remedy: String? {
    let smaller = "use a smaller batch size, a smaller image size, or a smaller network"
    return recompute.map { "\(smaller), or \($0)" } ?? smaller
  }
}
