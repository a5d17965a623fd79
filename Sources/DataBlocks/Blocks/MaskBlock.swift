import Files
import Imaging
public import Tensors

/// A class for each pixel: fastai's `MaskBlock`.
///
/// The label of an item is the path of its mask, a PNG or JPEG file with one channel of the size of the image, whose
/// values are indices into `codes`. The mask goes through the transforms with its image, each pixel from the one under
/// its center. Targets are int64, `[items, height, width]`; outside of the image they are 0.
public struct MaskBlock: TargetBlock {
  /// The names of the classes; the values of the mask are their indices (`codes`).
  public let vocab: [String]
  /// What the values are multiplied by in the file: 255 for a mask of black and white.
  private let scale: UInt8

  /// Creates a block.
  ///
  /// - Parameters:
  ///   - codes: The names of the classes, in the order of the values; the first is the background.
  ///   - scale: The step between the values of two classes in the files, 255 for masks of black and white.
  /// - Precondition: There are 2 to 256 classes, and the last one's value is at most 255.
  public init(codes: [String], scale: UInt8 = 1) {
    precondition((2...256).contains(codes.count), "\(codes.count) classes of pixels")
    precondition(
      scale > 0 && (codes.count - 1) * Int(scale) <= 255,
      "a scale of \(scale) for \(codes.count) classes")
    vocab = codes
    self.scale = scale
  }

  /// The number of classes.
  public var outputCount: Int { vocab.count }

  /// The classes are given.
  public func fitted(to items: [DataItem]) -> MaskBlock { self }

  /// Throws a `DataError` if the mask does not exist.
  public func check(_ label: String) throws(DataError) {
    guard FileIdentity(label)?.isFile == true else {
      throw DataError(.annotation(.noMask), path: label)
    }
  }

  /// Reads the mask.
  public func annotate(_ sample: inout Sample) throws(DataError) {
    guard let path = sample.label else { return }
    let mask: PixelBuffer
    do {
      mask = try PixelBuffer(contentsOfImage: path)
    } catch {
      throw DataError(.imageFile(error), path: path)
    }
    guard mask.channels == 1 else {
      throw DataError(.annotation(.maskChannels(mask.channels)), path: path)
    }
    guard mask.width == sample.size.width, mask.height == sample.size.height else {
      throw DataError(
        .annotation(
          .maskSize(
            ImageSize(height: mask.height, width: mask.width), image: sample.size)), path: path)
    }
    let highest = (vocab.count - 1) * Int(scale)
    if let value = mask.samples.first(where: { Int($0) > highest || $0 % scale != 0 }) {
      throw DataError(
        .annotation(.maskValue(Int(value), classCount: vocab.count, scale: Int(scale))), path: path)
    }
    sample.masks.append(mask)
  }

  /// The mask in the pixels of the input, `[height, width]`.
  public func target(of sample: Sample) -> Tensor? {
    guard let mask = sample.masksInImage.first else { return nil }
    return Tensor(
      mask.samples.map { Int64($0 / scale) }, shape: [mask.height, mask.width])
  }

  /// The masks of a batch, `[items, height, width]`.
  public func collate(_ targets: [Tensor]) -> Tensor {
    Tensor(
      targets.flatMap { $0.scalars(as: Int64.self) },
      shape: [targets.count] + (targets.first?.shape ?? [0, 0]))
  }

  /// Masks are read with their images, not from their labels.
  public func encode(_ labels: [String]) -> Tensor {
    preconditionFailure("the target of a mask is made of its sample")
  }
}
