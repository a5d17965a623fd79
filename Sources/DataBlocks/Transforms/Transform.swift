public import Tensors

/// A step between an item and the model's input: one value type, one file.
///
/// A pipeline runs its transforms in the order of `order`, in training and in validation, and stores
/// them by `name`. A transform of your own conforms to this protocol and works at once; call
/// `Pipeline.register` so that saved runs that use it can be loaded.
///
///     struct Invert: Transform {
///       var effects: TransformEffects { .pixels }
///       func apply(to sample: inout Sample, _ context: inout TransformContext) {
///         sample.updateValues { image in for i in image.values.indices { image.values[i] = 1 - image.values[i] } }
///       }
///     }
///
/// Transforms that only move pixels conform to `CoordinateTransform`, those that only change brightness to
/// `LightingTransform`: the pipeline fuses neighbors of these kinds into one pass.
public protocol Transform: Sendable, Equatable, Codable {
  /// The name under which a pipeline is stored. Default: the type's name.
  static var name: String { get }
  /// The position in the pipeline; lower runs first, equal ones in the order given (`order`).
  ///
  /// fastai's numbers: `Resize` 1, affine 30, lighting 40, `Normalize` 99, `RandomErasing` 100. Default: 50, on
  /// values in 0...1 before they are normalized.
  var order: Int { get }
  /// The only mode in which the transform runs (`split_idx`). Default: nil, both.
  var onlyIn: PipelineMode? { get }
  /// The parts of a sample that the transform changes.
  var effects: TransformEffects { get }
  /// Changes a sample.
  ///
  /// - Parameters:
  ///   - sample: The image, its geometry, and what belongs to it.
  ///   - context: The mode, and the random streams to draw from.
  /// - Throws: Any error; the loader reports it with the item's path.
  func apply(to sample: inout Sample, _ context: inout TransformContext) throws
  /// Rows and columns of the result for an input of a size; nil if it varies. Default: the input's.
  func outputSize(of size: ImageSize?) -> ImageSize?
  /// Channels of the result; nil if it varies. Default: the input's.
  func outputChannels(of channels: Int?) -> Int?
  /// Whether the result is the same in each epoch and takes no more memory, so that it can be kept.
  /// Default: false.
  func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool
}

extension Transform {
  /// The type's name.
  public static var name: String { "\(Self.self)" }
  /// After affine and lighting, before normalization.
  public var order: Int { 50 }
  /// Both modes.
  public var onlyIn: PipelineMode? { nil }
  /// The input's size.
  public func outputSize(of size: ImageSize?) -> ImageSize? { size }
  /// The input's channels.
  public func outputChannels(of channels: Int?) -> Int? { channels }
  /// Nothing is kept.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool { false }

  func isEqual(to other: any Transform) -> Bool { (other as? Self) == self }
}

/// The two modes of a pipeline.
public enum PipelineMode: String, Sendable, Codable {
  /// Random transforms draw.
  case training
  /// Nothing is random: validation, prediction and maps.
  case validation
}

/// Rows and columns of an image.
public struct ImageSize: Sendable, Hashable, Codable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Creates a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// The parts of a sample that a transform changes.
public struct TransformEffects: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int

  /// Creates a set from bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Values of pixels; masks and boxes stay as they are.
  public static let pixels = TransformEffects(rawValue: 1)
  /// Positions of pixels; masks and boxes follow through the sample's geometry.
  public static let geometry = TransformEffects(rawValue: 2)
  /// The label.
  public static let label = TransformEffects(rawValue: 4)
  /// Masks or boxes themselves, such as dropping small boxes.
  public static let annotations = TransformEffects(rawValue: 8)
}

extension ImageSize: ExpressibleByIntegerLiteral {
  /// A square.
  public init(integerLiteral side: Int) { self.init(height: side, width: side) }
}

/// What a transform may use beside the sample.
public struct TransformContext: Sendable {
  /// Training or validation.
  public let mode: PipelineMode
  /// The transform's own stream for this item, from (seed, epoch, item, transform).
  public var random: RandomSource
  /// The transform's own stream for this batch: the same numbers for every item of the batch.
  public var batchRandom: RandomSource
}
