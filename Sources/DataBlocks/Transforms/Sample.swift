public import Imaging
public import Tensors

/// One item in a pipeline: the image, its geometry, its label, masks and boxes.
public struct Sample: Sendable {
  /// Where the image comes from.
  package enum Source: Sendable {
    /// A DICOM, PNG or JPEG file.
    case file(String)
    /// The bytes of such a file, and a name for messages.
    case bytes([UInt8], name: String)
    /// Pixels in memory.
    case pixels(PixelBuffer)
  }

  private enum Content: Sendable {
    case unread
    case bytes(PixelBuffer)
    case values(ImagePlanes)
  }

  /// Where the image comes from.
  package let source: Source
  /// The frame of a DICOM file, from 0; nil: as `ReadImage` says.
  package let frame: Int?
  /// The label as the table or folder has it; nil if there is none.
  public var label: String?
  /// Where the pixels of the image lie in the original.
  ///
  /// A transform that moves pixels appends its step: `geometry = geometry.then(step)`.
  public var geometry = ImageGeometry.identity
  /// Masks of the original's size, in original pixels.
  public var masks: [PixelBuffer] = []
  /// What the file says about the image beside its pixels; `ReadImage` sets it.
  public var facts = ImageFacts()
  /// Boxes in original pixels.
  public var boxes: [LabeledBox] = []
  private var content = Content.unread

  /// Creates a sample whose image has not been read.
  package init(_ source: Source, label: String? = nil, frame: Int? = nil) {
    self.source = source
    self.frame = frame
    self.label = label
    if case .pixels(let image) = source { content = .bytes(image) }
  }

  /// False until `ReadImage` has run.
  package var isRead: Bool { if case .unread = content { false } else { true } }

  /// True while the image has 8 bits per sample.
  package var is8Bit: Bool { if case .bytes = content { true } else { false } }

  /// The image with 8 bits per sample; values are rounded, and several channels become RGB.
  ///
  /// - Precondition: The image has been read.
  public var image: PixelBuffer {
    get {
      switch content {
      case .bytes(let image): return image
      case .values(let planes):
        let pixels = planes.height * planes.width
        return PixelBuffer(
          planes: (0..<min(planes.channels, 3)).map { c in
            ScalarImage(
              width: planes.width, height: planes.height,
              values: Array(planes.values[(c * pixels)..<((c + 1) * pixels)]))
          })
      case .unread: preconditionFailure("the image has not been read")
      }
    }
    set { content = .bytes(newValue) }
  }

  /// The image as float planes, 0...1 before `Normalize`; 8-bit samples are divided by 255.
  ///
  /// Files of more than 8 bits are read as planes (`ImageDepth`).
  ///
  /// - Precondition: The image has been read.
  public var values: ImagePlanes {
    get {
      switch content {
      case .values(let planes): return planes
      case .bytes(let image):
        return ImagePlanes(
          bytes: image.samples, channels: image.channels, height: image.height, width: image.width)
      case .unread: preconditionFailure("the image has not been read")
      }
    }
    set { content = .values(newValue) }
  }

  /// Changes the float planes in place.
  public mutating func updateValues(_ body: (inout ImagePlanes) throws -> Void) rethrows {
    var planes = values
    content = .unread  // The planes are held once, so they change without a copy.
    defer { content = .values(planes) }
    try body(&planes)
  }

  /// Bytes of memory that the image takes.
  package var byteCount: Int {
    switch content {
    case .bytes(let image): image.samples.count
    case .values(let planes): planes.values.count * MemoryLayout<Float>.size
    case .unread: 0
    }
  }

  /// Rows and columns of the image as it is now.
  public var size: ImageSize {
    switch content {
    case .bytes(let image): ImageSize(height: image.height, width: image.width)
    case .values(let planes): ImageSize(height: planes.height, width: planes.width)
    case .unread: preconditionFailure("the image has not been read")
    }
  }

  /// Channels of the image as it is now.
  public var channels: Int {
    switch content {
    case .bytes(let image): image.channels
    case .values(let planes): planes.channels
    case .unread: preconditionFailure("the image has not been read")
    }
  }

  /// The boxes in pixels of the image as it is now, clipped to it; those outside are left out.
  public var boxesInImage: [LabeledBox] {
    let frame = BoundingBox(x0: 0, y0: 0, x1: Double(size.width), y1: Double(size.height))
    return boxes.compactMap { labeled in
      guard let box = geometry.output(labeled.box).intersection(frame) else { return nil }
      return LabeledBox(box, label: labeled.label, color: labeled.color)
    }
  }

  /// The masks resampled to the image as it is now, each pixel from the original pixel under its center;
  /// 0 outside of the original.
  public var masksInImage: [PixelBuffer] {
    masks.map { mask in
      var samples: [UInt8] = []
      samples.reserveCapacity(size.height * size.width)
      for y in 0..<size.height {
        for x in 0..<size.width {
          let (u, v) = geometry.source(x: Double(x) + 0.5, y: Double(y) + 0.5)
          let isInside = u >= 0 && v >= 0 && u < Double(mask.width) && v < Double(mask.height)
          samples.append(isInside ? mask.samples[Int(v) * mask.width + Int(u)] : 0)
        }
      }
      return PixelBuffer(width: size.width, height: size.height, channels: 1, samples: samples)
    }
  }
}
