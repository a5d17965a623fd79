public import Imaging
package import Tensors

extension DataLoaders {
  /// The first training batch (`one_batch`).
  ///
  /// - Throws: `DataError` if an item cannot be read.
  public func oneBatch() throws -> Batch { try train.oneBatch() }

  /// The images and labels of a batch again: normalization is undone, and targets are decoded (`decode_batch`).
  ///
  /// Values outside of 0 to 1 are clamped. Labels are those of classes; other targets, such as numbers, are nil.
  ///
  /// - Parameter batch: A batch of one of the loaders.
  /// - Returns: 8-bit images, gray where all channels are equal, and labels.
  public func decodeBatch(_ batch: Batch) -> [(image: PixelBuffer, label: String?)] {
    let normalize = pipeline.transforms.last as? Normalize
    let indices = batch.targets.flatMap { $0.dtype == .int64 ? $0.scalars(as: Int64.self) : nil }
    return (0..<batch.count).map { index in
      let image = PixelBuffer(decoding: batch.inputs[index], normalize)
      let known = indices.flatMap { $0.count == batch.count ? Int($0[index]) : nil }
      return (image, known.flatMap { target.vocab.indices.contains($0) ? target.vocab[$0] : nil })
    }
  }
}

extension PixelBuffer {
  /// The image of an input, `[channels, height, width]`.
  package init(decoding input: Tensor, _ normalize: Normalize?) {
    let shape = input.shape
    let (channels, plane) = (shape[0], shape[1] * shape[2])
    var values = input.floatScalars
    if let normalize, normalize.mean.count == channels {
      for channel in 0..<channels {
        let (mean, deviation) = (normalize.mean[channel], normalize.standardDeviation[channel])
        for place in (channel * plane)..<((channel + 1) * plane) {
          values[place] = values[place] * deviation + mean
        }
      }
    }
    self.init(
      ImagePlanes(channels: channels, height: shape[1], width: shape[2], values: values))
  }

  /// The image of planes from 0 to 1: gray if there is one channel or all are equal, else of the first three.
  package init(_ planes: ImagePlanes) {
    let plane = planes.height * planes.width
    func byte(_ value: Float) -> UInt8 {
      value.isNaN ? 0 : UInt8(min(max(value * 255, 0), 255).rounded())
    }
    let bytes = planes.values.map(byte)
    let isColor =
      planes.channels >= 3
      && (bytes[0..<plane] != bytes[plane..<(2 * plane)]
        || bytes[0..<plane] != bytes[(2 * plane)..<(3 * plane)])
    var samples: [UInt8] = []
    samples.reserveCapacity(plane * (isColor ? 3 : 1))
    for place in 0..<plane {
      for channel in 0..<(isColor ? 3 : 1) { samples.append(bytes[channel * plane + place]) }
    }
    self.init(
      width: planes.width, height: planes.height, channels: isColor ? 3 : 1, samples: samples)
  }
}
