import CDCMTK

extension DICOMFile {
  /// Decodes the stored values of a frame.
  ///
  /// YBR colors stay YBR (`display` converts to RGB, by what a JPEG stream states about its colors if
  /// the header contradicts); the component transform of JPEG 2000 is
  /// undone; subsampled chroma is repeated to full width.
  ///
  /// - Parameter frame: The index of the frame, from 0.
  /// - Returns: The samples, rows from the top.
  /// - Precondition: `frame` is less than `frameCount`.
  /// - Throws: `DICOMError` if there are no pixels, or they cannot be decoded completely.
  package func storedPixels(frame: Int = 0) throws(DICOMError) -> StoredPixels {
    try decode(frame: frame).pixels
  }

  func decode(frame: Int) throws(DICOMError) -> (pixels: StoredPixels, layout: PixelLayout) {
    var layout = try checkedLayout()
    precondition(frame >= 0, "frame \(frame) is negative")
    guard frame < layout.frameCount else {
      throw error(
        .noPixelData, "frame \(frame) is out of range: the file has \(layout.frameCount) frames")
    }
    let samples =
      layout.isEncapsulated
      ? try encapsulated(&layout, frame: frame) : try native(layout, frame: frame)
    let pixels = StoredPixels(
      width: layout.columns, height: layout.rows, samplesPerPixel: layout.samples, samples: samples)
    return (pixels, layout)
  }

  /// Reads and validates the layout of the pixels without decoding them.
  func checkedLayout() throws(DICOMError) -> PixelLayout {
    let info = try handle.readPixels { file in
      var info = lb_dcm_pixel_data()
      lb_dcm_pixel_data_info(file, &info)
      return info
    }
    return try layout(info)
  }

  private func native(
    _ layout: PixelLayout, frame: Int
  ) throws(DICOMError) -> StoredPixels.Samples {
    let firstBit = frame * layout.frameBits
    let offset = firstBit / 8
    let count = (firstBit + layout.frameBits + 7) / 8 - offset
    var raw = try bytes(count: count, used: { count }) { file, start, reason in
      lb_dcm_native_pixels(
        file, UInt64(offset), count, Int32(layout.bitsAllocated), start, reason)
    }
    switch layout.element {
    case .float: return .float32(Self.bitPatterns(raw).map { Float(bitPattern: $0) })
    case .double: return .float64(Self.bitPatterns(raw).map { Double(bitPattern: $0) })
    case .integer: break
    }
    if layout.bitsAllocated == 1 {
      let first = firstBit % 8
      let bits = (first..<first + layout.sampleCount).map { (bit: Int) -> UInt8 in
        (raw[bit / 8] >> UInt8(bit % 8)) & 1
      }
      return .uint8(bits)
    }
    if layout.isHalfChroma { raw = Self.fullChroma(raw, pixelCount: layout.pixelCount) }
    let shift = layout.highBit + 1 - layout.bitsStored
    let samples = Self.samples(
      raw, bytesPerSample: layout.bitsAllocated / 8, layout: layout, shift: shift,
      bits: layout.bitsStored)
    return layout.isPlanar ? samples.interleaved(planes: layout.samples) : samples
  }

  private static func bitPatterns<T: FixedWidthInteger>(_ raw: [UInt8]) -> [T] {
    raw.withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<T>.size).map {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
      }
    }
  }

  /// Converts YBR_FULL_422 to full chroma: `Y0 Y1 Cb Cr` becomes `Y0 Cb Cr Y1 Cb Cr`.
  private static func fullChroma(_ raw: [UInt8], pixelCount: Int) -> [UInt8] {
    var full = [UInt8](repeating: 0, count: pixelCount * 3)
    for pair in 0..<pixelCount / 2 {
      let from = pair * 4
      for half in 0..<2 {
        full[pair * 6 + half * 3] = raw[from + half]
        full[pair * 6 + half * 3 + 1] = raw[from + 2]
        full[pair * 6 + half * 3 + 2] = raw[from + 3]
      }
    }
    return full
  }

  /// Decodes a compressed frame.
  ///
  /// The colors that a JPEG stream states replace those of the header.
  private func encapsulated(
    _ layout: inout PixelLayout, frame: Int
  ) throws(DICOMError) -> StoredPixels.Samples {
    let sampleCount = layout.sampleCount
    var shape = lb_dcm_layout(
      rows: Int32(layout.rows), columns: Int32(layout.columns), samples: Int32(layout.samples),
      bits_allocated: Int32(layout.bitsAllocated), bits_stored: Int32(layout.bitsStored),
      is_signed: layout.isSigned ? 1 : 0, frame_count: Int32(clamping: layout.frameCount))
    var decoded = lb_dcm_decoded()
    let capacity = layout.sampleCount * 4 + 4
    // The common 8-bit images are used without a copy; unused capacity is never touched.
    let raw = try bytes(
      count: capacity, used: { sampleCount * Int(decoded.bytes_per_sample) }
    ) { file, start, reason in
      lb_dcm_decode_frame(file, &shape, Int32(frame), start, capacity, &decoded, reason)
    }
    var bits = layout.bitsStored
    var shift = 0
    switch Int(decoded.color) {
    case LB_DCM_RGB: layout.photometric = "RGB"
    case LB_DCM_YBR: layout.photometric = "YBR_FULL"
    default: break
    }
    if decoded.is_signed >= 0 {
      // A JPEG 2000 stream states its own precision and sign. If the header says signed but the
      // stream unsigned, the samples are two's complement at the precision of the stream.
      bits = layout.isSigned && decoded.is_signed == 0 ? Int(decoded.precision) : 32
      if Int(decoded.precision) > layout.bitsAllocated {
        throw error(
          .corruptPixelData,
          "JPEG 2000 samples of \(decoded.precision) bits exceed BitsAllocated \(layout.bitsAllocated)"
        )
      }
    } else if transferSyntax?.uid == "1.2.840.10008.1.2.5" {
      shift = layout.highBit + 1 - layout.bitsStored
    }
    var unpacked = layout
    if layout.bitsAllocated == 1 { unpacked.bitsAllocated = 8 }
    return Self.samples(
      raw, bytesPerSample: Int(decoded.bytes_per_sample), layout: unpacked, shift: shift,
      bits: bits)
  }

  /// Allocates `count` bytes and calls `fill`, which initializes the first `used()` of them.
  private func bytes(
    count: Int, used: () -> Int,
    _ fill: (
      OpaquePointer, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<lb_dcm_reason>
    ) -> lb_dcm_status
  ) throws(DICOMError) -> [UInt8] {
    try handle.readPixels { (file: OpaquePointer) throws(DICOMError) -> [UInt8] in
      var reason = lb_dcm_reason()
      var status = LB_DCM_OK
      let bytes = [UInt8](unsafeUninitializedCapacity: max(1, count)) { buffer, filled in
        guard let start = buffer.baseAddress else { return }
        status = fill(file, start, &reason)
        filled = status == LB_DCM_OK ? used() : 0
      }
      guard status == LB_DCM_OK else { throw DICOMError(status, file: name, reason: reason) }
      return bytes
    }
  }

  private static func samples(
    _ raw: [UInt8], bytesPerSample: Int, layout: PixelLayout, shift: Int, bits: Int
  ) -> StoredPixels.Samples {
    let count = layout.sampleCount
    func convert<T: FixedWidthInteger>(to type: T.Type) -> [T] {
      raw.withUnsafeBytes { bytes in
        switch bytesPerSample {
        case 1: extract(bytes, UInt8.self, count, shift, bits, layout.isSigned)
        case 2: extract(bytes, UInt16.self, count, shift, bits, layout.isSigned)
        default: extract(bytes, UInt32.self, count, shift, bits, layout.isSigned)
        }
      }
    }
    return switch (layout.bitsAllocated, layout.isSigned) {
    case (8, false):
      .uint8(
        bytesPerSample == 1 && bits == 8 && raw.count == count ? raw : convert(to: UInt8.self))
    case (8, true): .int8(convert(to: Int8.self))
    case (16, false): .uint16(convert(to: UInt16.self))
    case (16, true): .int16(convert(to: Int16.self))
    case (_, false): .uint32(convert(to: UInt32.self))
    case (_, true): .int32(convert(to: Int32.self))
    }
  }

  /// Extracts `bits` bits above `shift` from every little endian word, sign-extended if signed.
  private static func extract<Word: FixedWidthInteger & UnsignedInteger, T: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ word: Word.Type, _ count: Int, _ shift: Int, _ bits: Int,
    _ isSigned: Bool
  ) -> [T] {
    let size = MemoryLayout<Word>.size
    precondition(
      bytes.count >= count * size, "\(bytes.count) bytes are too few for \(count) samples")
    let up = UInt32(32 - min(bits, 32))
    return [T](unsafeUninitializedCapacity: count) { out, filled in
      for i in 0..<count {
        let stored = Word(
          littleEndian: bytes.loadUnaligned(fromByteOffset: i * size, as: Word.self))
        let high = (UInt32(truncatingIfNeeded: stored) >> UInt32(shift)) << up
        out[i] =
          isSigned
          ? T(truncatingIfNeeded: Int32(bitPattern: high) >> Int32(up))
          : T(truncatingIfNeeded: high >> up)
      }
      filled = count
    }
  }
}

extension StoredPixels.Samples {
  /// Converts planar to interleaved samples.
  func interleaved(planes: Int) -> Self {
    func weave<T>(_ values: [T]) -> [T] {
      let n = values.count / planes
      return (0..<values.count).map { values[$0 % planes * n + $0 / planes] }
    }
    return switch self {
    case .uint8(let v): .uint8(weave(v))
    case .int8(let v): .int8(weave(v))
    case .uint16(let v): .uint16(weave(v))
    case .int16(let v): .int16(weave(v))
    case .uint32(let v): .uint32(weave(v))
    case .int32(let v): .int32(weave(v))
    case .float32(let v): .float32(weave(v))
    case .float64(let v): .float64(weave(v))
    }
  }
}
