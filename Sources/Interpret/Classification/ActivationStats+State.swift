import Tensors
public import Training

extension ActivationStats: ResumableCallback {
  /// The statistics so far, as exact bits.
  public func state() throws -> CallbackState {
    let width = 4 + (withHistogram ? LayerStats.binCount : 0)
    var words: [Int64] = []
    words.reserveCapacity(stats.count * names.count * width)
    for step in stats {
      for layer in step {
        guard let layer else {
          words += [Int64](repeating: 0, count: width)
          continue
        }
        words.append(1)
        words += [layer.mean, layer.std, layer.nearZero].map { Int64(bitPattern: $0.bitPattern) }
        words += layer.histogram.map(Int64.init)
      }
    }
    return try CallbackState(
      steps,
      tensors: ["stats": Tensor(words, shape: [stats.count, stats.first?.count ?? 0, width])])
  }

  /// Restores the statistics so far.
  ///
  /// - Throws: `CallbackStateError` if they are of other layers.
  public func restore(_ state: CallbackState) throws {
    let steps = try state.values(as: [Int].self)
    let width = 4 + (withHistogram ? LayerStats.binCount : 0)
    let expected = [steps.count, steps.isEmpty ? 0 : names.count, width]
    guard let saved = state.tensors["stats"] else {
      throw CallbackStateError(.missing, callback: stateName, name: "stats")
    }
    guard saved.shape == expected, saved.dtype == .int64 else {
      throw CallbackStateError(
        .shape(model: expected, state: saved.shape), callback: stateName, name: "stats")
    }
    let words = saved.scalars(as: Int64.self)
    let stats = steps.indices.map { step in
      names.indices.map { layer -> LayerStats? in
        let start = (step * names.count + layer) * width
        guard words[start] == 1 else { return nil }
        let numbers = words[(start + 1)..<(start + 4)].map {
          Double(bitPattern: UInt64(bitPattern: $0))
        }
        return LayerStats(
          mean: numbers[0], std: numbers[1], nearZero: numbers[2],
          histogram: words[(start + 4)..<(start + width)].map(Int.init))
      }
    }
    restore(steps: steps, stats: stats)
  }
}
