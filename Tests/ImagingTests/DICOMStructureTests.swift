import Imaging
import TestSupport
import Testing

@Suite("Irregular DICOM files that can be read")
struct DICOMStructureTests {
  private func check(
    _ bytes: [UInt8], _ irregularities: [DICOMIrregularity],
    _ place: SourceLocation = #_sourceLocation
  ) throws {
    let file = try DICOMFile(bytes: bytes, name: "irregular")
    #expect(try file.display().samples == DICOMBuilder.ramp, sourceLocation: place)
    #expect(file.irregularities == irregularities, sourceLocation: place)
    #expect(file.modality == "CR", sourceLocation: place)
  }

  private func file(
    _ syntax: String?, isExplicit: Bool = true, isBig: Bool = false
  ) -> [UInt8] {
    var file = DICOMBuilder(syntax: syntax, isExplicit: isExplicit, isBig: isBig)
    file.addImage()
    // Words of two bytes.
    let pixels = DICOMBuilder.ramp
    file.addPixels(
      isBig ? stride(from: 0, to: 64, by: 2).flatMap { [pixels[$0 + 1], pixels[$0]] } : pixels)
    return file.bytes
  }

  @Test("bytes behind complete pixels are ignored; incomplete pixels stay errors")
  func bytesBehind() throws {
    let sound = DICOMBuilder.sound()
    try check(sound, [])
    let others: [[UInt8]] = [
      [0, 0, 0], [0], [UInt8](repeating: 0, count: 10_000), Array("\r\n".utf8),
      Array("\r\n--boundary-42--\r\n".utf8), sound, Array("\u{1a}".utf8),
      [UInt8](repeating: 255, count: 100), Array("some text behind the pixels".utf8),
    ]
    for bytes in others { try check(sound + bytes, [.bytesBehind]) }
    var padded = DICOMBuilder(syntax: nil)
    padded.add(0xfffc, 0xfffc, "OB", [0, 0])
    try check(sound + padded.bytes, [])
    for missing in [1, 2, 63, 64] {
      let error = #expect(throws: DICOMError.self) {
        try DICOMFile(bytes: sound.dropLast(missing), name: "truncated")
      }
      #expect(error?.reason == .truncatedPixelData)
    }

    var compressed = DICOMBuilder(syntax: DICOMBuilder.jpeg)
    compressed.addImage(rows: 8, columns: 8)
    compressed.addFragments([try JPEG.encode(PixelBuffer(width: 8, height: 8, channels: 1))])
    for bytes in [[]] + others {
      let file = try DICOMFile(bytes: compressed.bytes + bytes, name: "behind")
      #expect(try file.display().width == 8)
      #expect(file.irregularities == (bytes.isEmpty ? [] : [.bytesBehind]))
    }
    for missing in [1, 8, 9, 40] {
      let error = #expect(throws: DICOMError.self) {
        try DICOMFile(bytes: compressed.bytes.dropLast(missing), name: "truncated")
      }
      #expect(error?.reason == .truncated)
    }
  }

  @Test("zeros behind a report are ignored; an image without pixels is truncated")
  func bytesBehindReports() {
    for isExplicit in [true, false] {
      let syntax = isExplicit ? DICOMBuilder.explicit : DICOMBuilder.implicit
      var report = DICOMBuilder(syntax: syntax, isExplicit: isExplicit)
      report.add(0x0008, 0x0060, "CS", "SR")
      report.add(0x0010, 0x0020, "LO", "7")
      var image = DICOMBuilder(syntax: syntax, isExplicit: isExplicit)
      image.addImage()
      for bytes: [UInt8] in [[0], [0, 0, 0], [UInt8](repeating: 0, count: 400), [13, 10]] {
        func reason(_ bytes: [UInt8]) -> DICOMError.Reason? {
          #expect(throws: DICOMError.self) {
            try DICOMFile(bytes: bytes, name: "report").display()
          }?.reason
        }
        #expect(reason(report.bytes + bytes) == .noPixelData)
        if bytes.count < 8 { #expect(reason(image.bytes + bytes) == .truncated) }
      }
    }
  }

  @Test("the first element tells the encoding if the transfer syntax states another")
  func encodings() throws {
    for stated in [DICOMBuilder.implicit, DICOMBuilder.explicit, DICOMBuilder.bigEndian] {
      let written = [(false, false), (true, false), (true, true)]
      for (isExplicit, isBig) in written {
        let isStated =
          isExplicit == (stated != DICOMBuilder.implicit)
          && isBig == (stated == DICOMBuilder.bigEndian)
        try check(
          file(stated, isExplicit: isExplicit, isBig: isBig), isStated ? [] : [.otherEncoding])
      }
    }
    // Said to be deflated, but not.
    try check(file(DICOMBuilder.deflated), [])
  }

  @Test("a data set without a preamble or meta information is read")
  func bareDataSets() throws {
    try check(file(nil), [.noPreamble, .noTransferSyntax])
    try check(file(nil, isExplicit: false), [.noPreamble, .noTransferSyntax])
    try check(file(nil, isBig: true), [.noPreamble, .noTransferSyntax])
    let whole = DICOMBuilder.sound()
    try check(Array(whole.dropFirst(132)), [.noPreamble])
    try check(Array(whole.dropFirst(128)), [.noPreamble])
    try check(Array(whole.prefix(132)) + file(nil), [.noTransferSyntax])
  }

  @Test("compressed pixels are read by what their stream is, native ones as they are")
  func mistakenCompression() throws {
    let image = PixelBuffer(width: 8, height: 8, channels: 1)
    for syntax in [DICOMBuilder.explicit, DICOMBuilder.jpeg2000] {
      var file = DICOMBuilder(syntax: syntax)
      file.addImage()
      file.addFragments([try JPEG.encode(image)])
      #expect(try DICOMFile(bytes: file.bytes, name: "jpeg").display() == image)
    }
    try check(file(DICOMBuilder.jpeg), [])
    var unknown = DICOMBuilder(syntax: DICOMBuilder.explicit)
    unknown.addImage()
    unknown.addFragments([[1, 2, 3, 4]])
    let bytes = unknown.bytes
    let error = #expect(throws: DICOMError.self) {
      try DICOMFile(bytes: bytes, name: "unknown").display()
    }
    #expect(error?.reason == .unsupportedTransferSyntax)
  }
}
