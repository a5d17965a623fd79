import Files
import Foundation
import Testing

@Suite("Names of files")
struct FileNameTests {
  private func bytes(_ name: String) -> [UInt8] {
    FileName.bytes(of: name).dropLast().map(UInt8.init(bitPattern:))
  }

  @Test("any bytes become text and the same bytes again")
  func roundTrip() throws {
    for text in ["film.dcm", "Aufnahme ä.dcm", "胸部.dcm", "e\u{301}", ""] {
      #expect(FileName.text(Array(text.utf8)) == text && bytes(text) == Array(text.utf8))
      #expect(FileName.shown(text) == text)
    }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let name = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        [UInt8.random(in: 1...255, using: &random), 0xEF, 0x9F, 0x80, 0x61].randomElement() ?? 1
      }
      #expect(bytes(FileName.text(name)) == name, "\(name)")
    }
    // Text that uses the characters of the escapes itself.
    let own = Array("\u{F7E9}x".utf8)
    #expect(bytes(FileName.text(own)) == own)
    #expect(FileName.text(own) != FileName.text([0xE9, 0x78]))
    #expect(FileName.shown(FileName.text([0x61, 0xE9, 0x2E])) == "a\\xE9.")
  }

  @Test("only the endings of images are cut")
  func endings() {
    for (path, name) in [
      ("a/1.2.840.5.851", "1.2.840.5.851"), ("a/1.2.840.5.851.dcm", "1.2.840.5.851"),
      ("x.DCM", "x"), ("x.dicom", "x"), ("b.c/x.v2.JPeG", "x.v2"), ("x.png", "x"), ("x.jpg", "x"),
      ("x.dcm.png", "x.dcm"), (".dcm", ".dcm"), ("x.", "x."), ("x.txt", "x.txt"), ("", ""),
    ] {
      #expect(FileName.imageName(of: path) == name, "\(path)")
    }
  }

  @Test("pipes, folders and devices are told from files without opening them")
  func kinds() throws {
    let folder = NSTemporaryDirectory() + "lightbox-names-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    try Data("abc".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
    #expect(FileName.irregularity(of: folder + "/pipe") == "it is a pipe")
    #expect(FileName.irregularity(of: folder) == "it is a folder")
    #expect(FileName.irregularity(of: "/dev/null") == "it is a device")
    #expect(FileName.irregularity(of: folder + "/file") == nil)
    #expect(FileName.irregularity(of: folder + "/none") == nil)
    #expect(FileHead.read(folder + "/file", count: 2) == [0x61, 0x62])
    #expect(FileHead.read(folder + "/file", count: 9).count == 3)
    for name in ["/pipe", "", "/none"] { #expect(FileHead.read(folder + name, count: 9).isEmpty) }
  }
}
