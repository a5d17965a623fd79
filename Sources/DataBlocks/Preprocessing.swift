public import Imaging
package import Tensors

/// fastai's `Resize`: a crop, a padded or a squeezed image of a fixed size.
public struct Resize: Sendable, Equatable, Codable {
  /// Rows of the result.
  public var height: Int
  /// Columns of the result.
  public var width: Int
  /// How the aspect ratio changes; crops are random in training and centered otherwise.
  public var method: ResizeMethod
  /// What fills the border for `.pad` (`pad_mode`).
  public var padMode: PadMode

  /// Creates a square resize.
  public init(_ size: Int, method: ResizeMethod = .crop, padMode: PadMode = .reflection) {
    self.init(height: size, width: size, method: method, padMode: padMode)
  }

  /// Creates a resize.
  public init(
    height: Int, width: Int, method: ResizeMethod = .crop, padMode: PadMode = .reflection
  ) {
    precondition(height > 0 && width > 0, "cannot resize to \(height) x \(width)")
    self.height = height
    self.width = width
    self.method = method
    self.padMode = padMode
  }

  /// Decodes a resize; files written before `padMode` existed mean reflection.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    height = try fields.decode(Int.self, forKey: .height)
    width = try fields.decode(Int.self, forKey: .width)
    method = try fields.decode(ResizeMethod.self, forKey: .method)
    padMode = try fields.decodeIfPresent(PadMode.self, forKey: .padMode) ?? .reflection
  }

  /// True if the window that is resized is the whole image, so that there is no place to draw for it.
  func leavesNoChoice(height: Int, width: Int) -> Bool {
    let window = method.window(
      from: (height, width), to: (self.height, self.width), at: (0.5, 0.5))
    return window.height == height && window.width == width
  }
}

/// Statistics that inputs are normalized by: `(x − mean) / deviation`, per channel.
public struct Normalize: Sendable, Equatable, Codable {
  /// One mean per channel of the model's input.
  public var mean: [Float]
  /// One deviation per channel.
  public var deviation: [Float]

  /// Makes a normalization; a gray image becomes as many channels as there are means.
  public init(mean: [Float], deviation: [Float]) {
    precondition(
      mean.count == deviation.count && !mean.isEmpty && deviation.allSatisfy { $0 > 0 },
      "means \(mean) and deviations \(deviation)")
    self.mean = mean
    self.deviation = deviation
  }

  /// The statistics of ImageNet.
  public static let imageNet = Normalize(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
}

/// Everything that happens to an image before the model sees it outside of training.
///
/// Saved with the model, so that predictions and maps see what training saw.
public struct Preprocessing: Sendable, Equatable, Codable {
  /// From the file's size to a fixed one.
  public var resize: Resize
  /// Rows and columns of a further resampling (`RandomResizedCropGPU`); nil: none.
  public var crop: RandomResizedCropGPU?
  /// The last step.
  public var normalize: Normalize

  /// Makes a chain.
  public init(resize: Resize, crop: RandomResizedCropGPU? = nil, normalize: Normalize = .imageNet) {
    self.resize = resize
    self.crop = crop
    self.normalize = normalize
  }

  /// Rows and columns that the model sees.
  public var inputSize: (height: Int, width: Int) {
    crop.map { ($0.size, $0.size) } ?? (resize.height, resize.width)
  }

  /// Reads a file: DICOM, PNG or JPEG, told by its content.
  ///
  /// - Throws: `DataError` naming the file and the reason.
  public static func read(_ path: String) throws(DataError) -> PixelBuffer {
    do {
      return try ImageReader.read(path)
    } catch {
      throw DataError(.unreadable(reason: "\(error)".replacing("\(path): ", with: "")), path: path)
    }
  }

  /// The image as the model sees it, before normalization, and where its pixels lie in the original.
  package func apply(_ image: PixelBuffer) -> (planes: ImagePlanes, geometry: ImageGeometry) {
    let resized = image.resized(
      to: (resize.height, resize.width), method: resize.method, padMode: resize.padMode)
    var planes = ImagePlanes(
      bytes: resized.image.samples, channels: image.channels, height: resize.height,
      width: resize.width)
    var geometry = resized.geometry
    if let crop {
      let window = crop.validWindow(height: planes.height, width: planes.width)
      geometry = geometry.then(crop.geometry(of: window))
      planes = crop.apply(planes, window: window)
    }
    return (planes, geometry)
  }

  /// Reads a file and prepares it for the model.
  ///
  /// - Throws: `DataError` naming the file and the reason: unreadable, or channels that do not fit.
  public func prepare(_ path: String) throws(DataError) -> PreparedImage {
    let image = try Preprocessing.read(path)
    guard image.channels == 1 || image.channels == normalize.mean.count else {
      throw DataError(
        .unreadable(
          reason: "it has \(image.channels) channels, the model takes \(normalize.mean.count)"),
        path: path)
    }
    return prepare(image)
  }

  /// The image as it goes into the model, one item, and where its pixels lie in the original.
  public func prepare(_ image: PixelBuffer) -> PreparedImage {
    let (planes, geometry) = apply(image)
    let input = Tensor(
      uninitialized: [1, normalize.mean.count, planes.height, planes.width])
    planes.write(into: input, item: 0, mean: normalize.mean, deviation: normalize.deviation)
    return PreparedImage(input: input, original: image, geometry: geometry)
  }
}
