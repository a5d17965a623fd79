import Imaging
import Tensors

/// What a step of a pipeline has made of a sample.
package struct PipelineStep: Sendable, Equatable {
  /// The transform.
  package let name: String
  /// Rows and columns after it; nil if it failed.
  package let size: ImageSize?
  /// Channels after it.
  package let channels: Int
  /// The lowest and the highest value after it: 0 to 255 while the image has 8 bits per sample.
  package let range: ClosedRange<Float>?
  /// True if the image has 8 bits per sample after it.
  package let is8Bit: Bool
  /// Why it failed.
  package let failure: DataError?
}

extension Pipeline {
  /// Runs the transforms one by one, without fusing any, until one fails.
  ///
  /// - Parameters:
  ///   - sample: The sample; afterwards as the last transform has left it.
  ///   - mode: Training or validation.
  ///   - streams: The random streams of the item.
  ///   - annotate: Adds masks and boxes after the image is read.
  /// - Returns: One step per transform that runs in the mode; the last one has the failure if there is one.
  package func trace(
    _ sample: inout Sample, mode: PipelineMode, _ streams: Streams = .none,
    annotate: (inout Sample) throws(DataError) -> Void = { (_: inout Sample) throws(DataError) in }
  ) -> [PipelineStep] {
    var steps: [PipelineStep] = []
    for (index, transform) in transforms.enumerated() where runs(transform, in: mode) {
      let name = type(of: transform).name
      do throws(DataError) {
        try apply(index, to: &sample, mode: mode, streams)
        if transform is ReadImage { try annotate(&sample) }
      } catch {
        steps.append(
          PipelineStep(
            name: name, size: nil, channels: 0, range: nil, is8Bit: false, failure: error))
        return steps
      }
      let values = sample.is8Bit ? sample.image.samples.map(Float.init) : sample.values.values
      steps.append(
        PipelineStep(
          name: name, size: sample.size, channels: sample.channels,
          range: values.min().flatMap { low in values.max().map { low...$0 } },
          is8Bit: sample.is8Bit, failure: nil))
    }
    return steps
  }
}
