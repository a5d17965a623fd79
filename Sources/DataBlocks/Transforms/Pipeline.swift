public import Imaging
public import Tensors

/// The transforms from a file to the model's input, in order, with a training and a validation mode.
///
/// Loaders, predictors and maps run the same pipeline; `run.json` and checkpoints store it.
/// Transforms run in the order of `Transform.order`, whatever order they are given in; neighbors that only
/// move pixels are one resampling, neighbors that only change light one pass.
public struct Pipeline: Sendable, Equatable {
  /// The transforms, in the order in which they run.
  public let transforms: [any Transform]
  /// Rows and columns of the model's input.
  public let inputSize: ImageSize
  /// Channels of the model's input.
  public let inputChannels: Int
  private let streams: [UInt64]

  /// Creates a pipeline.
  ///
  /// `ReadImage()` and `Normalize.imageNet` are added where none is given.
  ///
  /// - Parameter transforms: In any order.
  /// - Precondition: Some transform fixes the size, such as `Resize`.
  public init(_ transforms: [any Transform]) {
    do {
      try self.init(checking: transforms)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  package init(checking given: [any Transform]) throws(DataError) {
    var transforms = given
    if !transforms.contains(where: { $0 is ReadImage }) { transforms.append(ReadImage()) }
    if !transforms.contains(where: { $0 is Normalize }) { transforms.append(Normalize.imageNet) }
    transforms = transforms.enumerated().sorted {
      ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
    }.map(\.element)
    let shown = transforms.filter { $0.onlyIn != .training }
    guard let size = shown.reduce(nil as ImageSize?, { $1.outputSize(of: $0) }),
      let channels = shown.reduce(nil as Int?, { $1.outputChannels(of: $0) })
    else { throw DataError(.noFixedSize(transforms: transforms.map { type(of: $0).name })) }
    self.transforms = transforms
    inputSize = size
    inputChannels = channels
    var counts: [String: UInt64] = [:]
    streams = transforms.map { transform in
      let name = type(of: transform).name
      defer { counts[name, default: 0] += 1 }
      return Self.streamNumber(of: name) &+ counts[name, default: 0]
    }
  }

  /// FNV-1a of the name, so that a transform's numbers do not depend on the other transforms.
  private static func streamNumber(of name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// Equal if the transforms are.
  public static func == (a: Pipeline, b: Pipeline) -> Bool {
    a.transforms.count == b.transforms.count
      && zip(a.transforms, b.transforms).allSatisfy { $0.isEqual(to: $1) }
  }

  // MARK: Running

  /// The random streams of one item.
  package struct Streams: Sendable {
    let item: RandomSource
    let batch: RandomSource

    package init(item: RandomSource, batch: RandomSource) {
      self.item = item
      self.batch = batch
    }

    /// For validation, where nothing is drawn.
    package static let none = Streams(item: RandomSource(seed: 0), batch: RandomSource(seed: 0))
  }

  /// Index of a last `Normalize`, which `write` applies while it fills the batch; else the number of transforms.
  private var end: Int { transforms.last is Normalize ? transforms.count - 1 : transforms.count }

  /// Runs the transforms up to `ReadImage`, which give the original image.
  ///
  /// - Returns: The index of the next transform.
  package func read(
    _ sample: inout Sample, mode: PipelineMode = .validation
  ) throws(DataError) -> Int {
    let next = (transforms.firstIndex { $0 is ReadImage } ?? 0) + 1
    for index in 0..<next where runs(transforms[index], in: mode) {
      try apply(index, to: &sample, mode: mode, .none)
    }
    return next
  }

  /// Reads, and runs the transforms whose result is the same in each epoch.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - mode: The mode.
  ///   - annotate: Adds masks and boxes, when the image has its original pixels.
  /// - Returns: The index of the next transform.
  /// - Throws: `DataError` of the file, and what `annotate` throws.
  package func runCacheable(
    _ sample: inout Sample, mode: PipelineMode,
    annotate: (inout Sample) throws(DataError) -> Void = { (_: inout Sample) throws(DataError) in }
  ) throws(DataError) -> Int {
    let start = try read(&sample, mode: mode)
    try annotate(&sample)
    for index in start..<end where runs(transforms[index], in: mode) {
      guard transforms[index].isCacheable(sample, in: mode) else { return index }
      try apply(index, to: &sample, mode: mode, .none)
    }
    return end
  }

  /// Runs the transforms from an index on, but a last `Normalize`.
  package func run(
    _ sample: inout Sample, from start: Int = 0, mode: PipelineMode, _ streams: Streams = .none
  ) throws(DataError) {
    var index = start
    while index < end {
      let transform = transforms[index]
      guard runs(transform, in: mode) else {
        index += 1
        continue
      }
      if transform is any CoordinateTransform {
        var maps: [CoordinateMap] = []
        var sampling: CoordinateSampling?
        forNeighbors(&index, mode) { next, k in
          guard let moves = next as? any CoordinateTransform else { return false }
          let size = moves.sampling.size ?? sampling?.size
          sampling = sampling ?? moves.sampling
          sampling?.size = size
          var context = context(k, mode, streams)
          if let map = moves.coordinates(&context) { maps.append(map) }
          return true
        }
        CoordinateMap.apply(maps, sampling ?? CoordinateSampling(), to: &sample)
      } else if transform is any LightingTransform {
        var whole: LogitMap?
        forNeighbors(&index, mode) { next, k in
          guard let lights = next as? any LightingTransform else { return false }
          var context = context(k, mode, streams)
          if let map = lights.lighting(&context) { whole = whole?.then(map) ?? map }
          return true
        }
        whole?.apply(to: &sample)
      } else {
        try apply(index, to: &sample, mode: mode, streams)
        index += 1
      }
    }
  }

  /// Reads, and runs the transforms before an index in validation mode.
  package func run(_ sample: inout Sample, to end: Int) throws(DataError) {
    for index in 0..<end where runs(transforms[index], in: .validation) {
      try apply(index, to: &sample, mode: .validation, .none)
    }
  }

  /// Passes transforms that run in a mode to `body` until it refuses one.
  private func forNeighbors(
    _ index: inout Int, _ mode: PipelineMode, _ body: (any Transform, Int) -> Bool
  ) {
    while index < end {
      if runs(transforms[index], in: mode), !body(transforms[index], index) { return }
      index += 1
    }
  }

  func runs(_ transform: any Transform, in mode: PipelineMode) -> Bool {
    transform.onlyIn.map { $0 == mode } ?? true
  }

  private func context(
    _ index: Int, _ mode: PipelineMode, _ streams: Streams
  ) -> TransformContext {
    TransformContext(
      mode: mode, random: streams.item.branch(self.streams[index]),
      batchRandom: streams.batch.branch(self.streams[index]))
  }

  func apply(
    _ index: Int, to sample: inout Sample, mode: PipelineMode, _ streams: Streams
  ) throws(DataError) {
    var context = context(index, mode, streams)
    do {
      try transforms[index].apply(to: &sample, &context)
    } catch {
      throw DataError(
        transform: type(of: transforms[index]).name, failedWith: error, source: sample.source)
    }
  }

  /// Writes a sample that has been run into its place of a batch, `[items, channels, height, width]`.
  package func write(_ sample: Sample, into batch: Tensor, item: Int) throws(DataError) {
    let planes = sample.values
    guard planes.height == inputSize.height, planes.width == inputSize.width else {
      throw DataError(
        .size(height: planes.height, width: planes.width, expected: inputSize))
    }
    if let normalize = transforms.last as? Normalize {
      try normalize.check(sample)
      planes.write(
        into: batch, item: item, mean: normalize.mean, deviation: normalize.standardDeviation)
    } else {
      guard planes.channels == inputChannels else {
        throw DataError(.channels(planes.channels, expected: inputChannels))
      }
      planes.write(
        into: batch, item: item, mean: [Float](repeating: 0, count: inputChannels),
        deviation: [Float](repeating: 1, count: inputChannels))
    }
  }
}
