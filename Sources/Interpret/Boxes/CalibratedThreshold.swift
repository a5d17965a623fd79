public import Imaging

/// The share of a map's maximum that fits true masks best, and what it reached on the images that it was chosen on.
///
/// Choose it on validation images and store it with the model; it holds for the same method, layers and target only:
///
///     let calibration = CalibratedThreshold(choosing: pairs)
///     let rule = try BoxRule("calibrated").resolved(calibration)
public struct CalibratedThreshold: Sendable, Hashable, Codable {
  /// The share of the maximum, above 0 and up to 1.
  public let threshold: Double
  /// The images with a mask; others are not counted.
  public let images: Int
  /// The images among them whose map has no positive evidence; they count as missed.
  public let imagesWithoutEvidence: Int
  /// The mean over the images of the intersection over union of mask and kept pixels: the quantity that was maximized.
  public let meanIoU: Double
  /// The share of images whose first box overlaps the box of the mask, or of one of its regions, with an intersection
  /// over union of at least 0.5.
  public let boxAccuracy: Double
  /// The share of the kept pixels that lie in the masks, over all images.
  public let precision: Double
  /// The share of the masks' pixels that are kept, over all images.
  public let recall: Double

  /// The thresholds that are tried: 0.02, 0.04, …, 0.98.
  package static let candidates = (1..<50).map { Double($0) / 50 }

  /// Chooses the threshold with the highest mean intersection over union, the lowest of equal ones; nil if no mask has a
  /// pixel.
  ///
  /// - Parameter pairs: Maps on the pixels of the model's input, with the masks on the same pixels.
  public init?(choosing pairs: [(ScalarImage, PixelMask)]) {
    var choice = ThresholdChoice()
    for (map, mask) in pairs { choice.add(map, mask) }
    guard let best = choice.best else { return nil }
    self = best
  }

  init(
    threshold: Double, images: Int, imagesWithoutEvidence: Int, meanIoU: Double,
    boxAccuracy: Double, precision: Double, recall: Double
  ) {
    self.threshold = threshold
    self.images = images
    self.imagesWithoutEvidence = imagesWithoutEvidence
    self.meanIoU = meanIoU
    self.boxAccuracy = boxAccuracy
    self.precision = precision
    self.recall = recall
  }

  private enum CodingKeys: String, CodingKey {
    case threshold, images, imagesWithoutEvidence, meanIoU, boxAccuracy, precision, recall
  }

  /// Decodes a threshold.
  ///
  /// - Throws: `DecodingError` if a share is not 0 to 1, or a number of images is not possible.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func share(_ key: CodingKeys) throws -> Double {
      let value = try fields.decode(Double.self, forKey: key)
      guard (0...1).contains(value), key != .threshold || value > 0 else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: fields,
          debugDescription: "\(key.rawValue) is a share of 0 to 1, not \(value)")
      }
      return value
    }
    threshold = try share(.threshold)
    images = try fields.decode(Int.self, forKey: .images)
    imagesWithoutEvidence = try fields.decode(Int.self, forKey: .imagesWithoutEvidence)
    guard images >= 1, (0...images).contains(imagesWithoutEvidence) else {
      throw DecodingError.dataCorruptedError(
        forKey: .images, in: fields,
        debugDescription: "\(images) images, \(imagesWithoutEvidence) of them without evidence")
    }
    meanIoU = try share(.meanIoU)
    boxAccuracy = try share(.boxAccuracy)
    precision = try share(.precision)
    recall = try share(.recall)
  }
}
