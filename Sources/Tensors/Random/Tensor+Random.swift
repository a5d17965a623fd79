import CKernels

extension Tensor {
  /// Makes a float32 tensor of the stream's next normal numbers times `deviation`, on all threads.
  ///
  /// The same numbers as drawing them one after another.
  package static func normal(
    shape: [Int], deviation: Double, random: inout RandomSource
  ) -> Tensor {
    guard random.isBetweenPairs else {
      return Tensor.random(shape: shape) { Float(random.normal() * deviation) }
    }
    let result = Tensor(uninitialized: shape)
    // The number of an odd last pair that is left over is not kept.
    let state = random.skip((result.count + 1) / 2 * 2)
    lb_normals(state, deviation, result.floats, result.count)
    return result
  }
}
