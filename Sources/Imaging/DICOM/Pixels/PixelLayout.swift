import CDCMTK

/// The sizes that files may state.
enum DICOMLimits {
  /// Rows and columns: the largest number of their 16 bits.
  static let side = 65535
  /// Frames: the largest number of an IS value.
  static let frames = Int(Int32.max)
  /// The samples of a frame: 11,585 x 11,585 pixels of one sample.
  static let samplesPerFrame = 1 << 27
  /// The VOI tables of a file.
  static let tables = 1024
}

/// The layout of the pixels in a file, from validated attributes.
struct PixelLayout {
  enum Element {
    case integer, float, double
  }

  var element = Element.integer
  var isEncapsulated = false
  var rows = 0
  var columns = 0
  var samples = 0
  var bitsAllocated = 0
  var bitsStored = 0
  var highBit = 0
  var isSigned = false
  var isPlanar = false
  var frameCount = 0
  var photometric = ""
  /// Whether the pixels are uncompressed YBR_FULL_422: two luma samples, then one of each chroma.
  var isHalfChroma = false

  var pixelCount: Int { rows * columns }
  var sampleCount: Int { rows * columns * samples }

  /// The number of bits of an uncompressed frame.
  var frameBits: Int {
    isHalfChroma ? pixelCount * 2 * bitsAllocated : sampleCount * bitsAllocated
  }
}

extension DICOMFile {
  /// Reads and validates the attributes that decoding needs.
  func layout(_ info: lb_dcm_pixel_data) throws(DICOMError) -> PixelLayout {
    guard let syntax = transferSyntax else {
      throw error(.missingAttribute, "TransferSyntaxUID (0002,0010)")
    }
    guard info.tag != 0 || !syntax.isSupported else {
      throw error(.noPixelData, "there is no pixel data element")
    }
    if info.tag == 0, !syntax.isSupported, !contains(.rows) {
      throw error(.noPixelData, "there is no pixel data element")
    }
    guard info.tag == 0 || info.byte_count > 0 else {
      throw error(.emptyPixelData, "the pixel data element has no bytes")
    }
    var layout = PixelLayout()
    layout.element =
      switch info.tag {
      case 0x7fe0_0008: .float
      case 0x7fe0_0009: .double
      default: .integer
      }
    layout.isEncapsulated = info.is_encapsulated != 0
    layout.rows = try size(.rows)
    layout.columns = try size(.columns)
    layout.bitsAllocated = try required(.bitsAllocated)
    layout.samples = try required(.samplesPerPixel)
    guard let photometric = photometricInterpretation else {
      throw missing(.photometricInterpretation)
    }
    layout.photometric = photometric.uppercased()
    guard let frames = frameCount, frames <= DICOMLimits.frames else {
      throw error(
        .invalidAttribute,
        "NumberOfFrames (0028,0008) is not an integer of up to \(DICOMLimits.frames)")
    }
    layout.frameCount = frames
    guard syntax.isSupported else {
      throw error(.unsupportedTransferSyntax, "the transfer syntax is \(syntax)")
    }
    if layout.element == .integer { try readBits(into: &layout) }
    try check(&layout, info)
    return layout
  }

  private func readBits(into layout: inout PixelLayout) throws(DICOMError) {
    layout.bitsStored = try required(.bitsStored)
    layout.isSigned = try required(.pixelRepresentation) == 1
    guard layout.bitsStored >= 1, layout.bitsStored <= layout.bitsAllocated else {
      throw error(
        .invalidAttribute,
        "BitsStored is \(layout.bitsStored), BitsAllocated \(layout.bitsAllocated)")
    }
    let highBit = self.highBit ?? layout.bitsStored - 1
    let isPossible = highBit >= layout.bitsStored - 1 && highBit < layout.bitsAllocated
    layout.highBit = isPossible ? highBit : layout.bitsStored - 1
    if layout.samples > 1 {
      guard let planar = int(.planarConfiguration) else {
        if layout.isEncapsulated { return }
        throw missing(.planarConfiguration)
      }
      layout.isPlanar = planar == 1 && !layout.isEncapsulated
    }
  }

  private func check(
    _ layout: inout PixelLayout, _ info: lb_dcm_pixel_data
  ) throws(DICOMError) {
    let widths =
      switch layout.element {
      case .integer: [1, 8, 16, 32]
      case .float: [32]
      case .double: [64]
      }
    guard widths.contains(layout.bitsAllocated) else {
      throw error(.unsupportedPixelData, "samples of \(layout.bitsAllocated) bits")
    }
    guard layout.samples == 1 || layout.samples == 3 && layout.bitsAllocated >= 8 else {
      throw error(.unsupportedPixelData, "\(layout.samples) samples per pixel")
    }
    let known = [
      "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT",
      "YBR_ICT",
    ]
    guard known.contains(layout.photometric) else {
      throw error(.unsupportedPixelData, "the photometric interpretation is unknown")
    }
    let isGray = layout.photometric.hasPrefix("MONO") || layout.photometric.hasPrefix("PALETTE")
    guard isGray == (layout.samples == 1) else {
      throw error(
        .invalidAttribute,
        "SamplesPerPixel is \(layout.samples), PhotometricInterpretation \(layout.photometric)")
    }
    guard layout.sampleCount <= DICOMLimits.samplesPerFrame else {
      throw error(
        .tooLarge,
        "a frame has \(layout.columns) x \(layout.rows) pixels of \(layout.samples) samples; "
          + "at most \(DICOMLimits.samplesPerFrame) samples are read")
    }
    if layout.isEncapsulated {
      guard info.fragment_count == 0 || layout.frameCount <= Int(info.fragment_count) else {
        throw error(
          .corruptPixelData,
          "\(info.fragment_count) fragments are too few for \(layout.frameCount) frames")
      }
      return
    }
    if layout.photometric == "YBR_FULL_422", layout.bitsAllocated == 8 {
      let full = layout.frameCount * layout.sampleCount
      layout.isHalfChroma = info.byte_count < UInt64(full)
      guard !layout.isHalfChroma || layout.columns % 2 == 0 else {
        throw error(.unsupportedPixelData, "subsampled chroma with an odd number of columns")
      }
    }
    let (bits, overflow) = layout.frameBits.multipliedReportingOverflow(by: layout.frameCount)
    guard !overflow, info.byte_count >= UInt64((bits + 7) / 8) else {
      throw error(
        .truncatedPixelData,
        "\(info.byte_count) bytes are too few for \(layout.frameCount) frames of "
          + "\(layout.columns) x \(layout.rows) pixels")
    }
  }

  private func size(_ tag: DICOMTag) throws(DICOMError) -> Int {
    let value = try required(tag)
    guard (1...DICOMLimits.side).contains(value) else {
      throw error(
        .invalidAttribute,
        "\(tag.keyword ?? "attribute") \(tag) is \(value), not 1 to \(DICOMLimits.side)")
    }
    return value
  }

  private func required(_ tag: DICOMTag) throws(DICOMError) -> Int {
    guard string(tag) != nil else { throw missing(tag) }
    guard let value = int(tag) else {
      throw error(.invalidAttribute, "\(tag.keyword ?? "attribute") \(tag) is not an integer")
    }
    return value
  }

  private func missing(_ tag: DICOMTag) -> DICOMError {
    error(.missingAttribute, "\(tag.keyword ?? "attribute") \(tag)")
  }
}
