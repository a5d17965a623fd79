import Files

/// The masks of a SIIM run-length file (`masks.csv`, or the challenge's `train-rle.csv`) of images of one size.
///
/// The file has the header `ImageId, EncodedPixels` and one row per region; the mask of an image is
/// the union of its rows. An ImageId is a file name, usually without ending, in SIIM's set also the
/// SOPInstanceUID.
public struct SIIMMaskFile: Sendable {
  /// The masks by ImageId.
  package let masks: [String: SIIMMask]
  private let keys: MaskKeys

  /// Reads a file of masks.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - width: The number of columns of the images.
  ///   - height: The number of rows of the images.
  /// - Throws: `SIIMMaskError` with the file and the line.
  public init(path: String, width: Int = 1024, height: Int = 1024) throws(SIIMMaskError) {
    try self.init(SIIMMaskRows(path: path), width: width, height: height)
  }

  /// Parses the text of a file of masks.
  ///
  /// - Throws: `SIIMMaskError` with the line.
  package init(text: String, width: Int = 1024, height: Int = 1024) throws(SIIMMaskError) {
    try self.init(SIIMMaskRows(text: text), width: width, height: height)
  }

  private init(_ rows: SIIMMaskRows, width: Int, height: Int) throws(SIIMMaskError) {
    var masks: [String: SIIMMask] = [:]
    for image in rows.images {
      masks[image] = try rows.mask(ofImage: image, width: width, height: height)
    }
    self.masks = masks
    keys = MaskKeys(masks.keys)
  }

  /// Looks up the mask of an image file by its path, its name with or without ending, or its SOP Instance UID; nil if
  /// there is none.
  public func mask(forFile path: String) -> SIIMMask? {
    keys.key(ofFile: path).flatMap { masks[$0] }
  }
}
