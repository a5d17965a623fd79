import CKernels

extension ImagePlanes {
  /// Normalizes the values to `(x − mean) / deviation` and writes them to an item of a batch.
  ///
  /// A single plane is repeated for every channel of the batch.
  ///
  /// - Parameters:
  ///   - batch: Row-major, `[batch, channels, height, width]`.
  ///   - item: The index in the batch.
  ///   - mean: One number per channel of the batch.
  ///   - deviation: One number per channel of the batch.
  package func write(
    into batch: Tensor, item: Int, mean: [Float], deviation: [Float]
  ) {
    let planes = batch.shape[1]
    precondition(
      batch.rank == 4 && batch.layout == nil && batch.shape[2] == height && batch.shape[3] == width
        && item < batch.shape[0] && mean.count == planes && deviation.count == planes
        && (channels == planes || channels == 1),
      "an image of \(channels) x \(height) x \(width) does not fit item \(item) of a batch of \(batch.shape)"
    )
    let pixels = height * width
    values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for c in 0..<planes {
        lb_normalize(
          base + (channels == 1 ? 0 : c * pixels), mean[c], 1 / deviation[c],
          batch.floats + (item * planes + c) * pixels, pixels)
      }
    }
  }
}
