import CKernels

extension Tensor {
  /// Creates a float32 tensor from a function that is called once per element, in row-major order.
  package static func random(shape: [Int], _ next: () -> Float) -> Tensor {
    let result = Tensor(uninitialized: shape)
    for i in 0..<result.count { result.floats[i] = next() }
    return result
  }

  /// Creates a float32 tensor of the next normal numbers of a stream, times `deviation`.
  ///
  /// Runs on all threads and returns the same numbers as sequential calls of `normal()`.
  package static func normal(
    shape: [Int], deviation: Double, random: inout RandomSource
  ) -> Tensor {
    guard random.isBetweenPairs else {
      return Tensor.random(shape: shape) { Float(random.normal() * deviation) }
    }
    let result = Tensor(uninitialized: shape)
    // The second number of an odd last pair is discarded.
    let state = random.skip((result.count + 1) / 2 * 2)
    lb_normals(state, deviation, result.floats, result.count)
    return result
  }
}
