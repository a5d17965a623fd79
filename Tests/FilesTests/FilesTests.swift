import Files
import Foundation
import TestSupport
import Testing

@Suite("Atomic files, checksums, suggestions, errors")
struct FilesTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID())")
      .path
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private struct Failed: Error {}

  @Test(
    "a file is replaced atomically; a failed write keeps the old file and removes the temporary one"
  )
  func atomic() throws {
    try withFolder { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("old", to: path)
      try AtomicFile.write("new", to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      #expect(throws: Failed.self) {
        try AtomicFile.write(to: path) { file in
          try file.write(contentsOf: Data("half".utf8))
          throw Failed()
        }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
      #expect(throws: FileError(.unwritable(errno: ENOENT), path: folder + "/no/a.txt")) {
        try AtomicFile.write("x", to: folder + "/no/a.txt")
      }
      #expect(throws: FileError(.unwritable(errno: EISDIR), path: folder)) {
        try AtomicFile.write("x", to: folder)
      }
    }
  }

  @Test("SHA-256 of FIPS 180-4's examples, in memory, in pieces and from a file")
  func hash() throws {
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let cases: [([UInt8], String)] = [
      ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]
    try withFolder { folder in
      for (bytes, digest) in cases {
        #expect(FileHash.sha256(bytes) == digest)
        let pieces = FileHash()
        for start in stride(from: 0, to: bytes.count, by: 977) {
          pieces.update(bytes[start..<min(start + 977, bytes.count)])
        }
        #expect(pieces.finalize() == digest)
        try AtomicFile.write(bytes, to: folder + "/x")
        #expect(try FileHash.sha256(ofFile: folder + "/x") == digest)
      }
      #expect(throws: FileError(.unreadable(errno: ENOENT), path: folder + "/y")) {
        try FileHash.sha256(ofFile: folder + "/y")
      }
    }
  }

  @Test("SHA-256 in two updates of lengths around a block equals SHA-256 of all bytes at once")
  func hashLengths() {
    for count in [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let hash = FileHash()
      hash.update(bytes.prefix(count / 3))
      hash.update(bytes.dropFirst(count / 3))
      #expect(hash.finalize() == FileHash.sha256(bytes), "\(count) bytes")
    }
  }

  @Test("the nearest name, if it is similar")
  func nearest() {
    let known = ["resnet18", "resnet34", "resnet50", "densenet121"]
    #expect(NearestName.ranked("resnet5O", among: known).first == "resnet50")
    #expect(NearestName.nearest(to: "DenseNet12", among: known) == "densenet121")
    #expect(NearestName.nearest(to: "dense", among: known) == "densenet121")
    #expect(NearestName.nearest(to: "vgg", among: known) == nil)
    #expect(NearestName.distance(Array("kitten"), Array("sitting")) == 3)
    #expect(NearestName.distance([], Array("abc")) == 3)
  }

  @Test("a message consists of place, problem and remedy")
  func sentence() {
    #expect(
      "\(FileError(.unwritable(errno: ENOSPC), path: "out/a.txt"))"
        == "out/a.txt: it cannot be written: No space left on device; free disk space and try again; "
        + "no file was changed")
    #expect(
      ErrorPlace(file: "a.csv", line: 3, element: "label").description == "a.csv, line 3, \"label\""
    )
    #expect(ErrorPlace().description.isEmpty)
  }

  @Test("a message shows control characters of names, and keeps its lines")
  func controls() {
    let error = FileError(.notAFile, path: "a\u{1B}[31m\r\u{9B}b")
    #expect("\(error)".hasPrefix("a\\u{1B}[31m\\u{D}\\u{9B}b: it is not a file"))
  }

  @Test("characters that are not seen are shown, and long texts cut")
  func visible() {
    #expect("split\r".visible == "split\\r" && "a b".visible == "a b")
    #expect("a\u{A0}\u{200B}\u{FEFF}\n\t".visible == "a\\u{A0}\\u{200B}\\u{FEFF}\\n\\t")
    #expect("\u{1B}[31mred".visible == "\\u{1B}[31mred")
    #expect(
      String(repeating: "x", count: 1000).quoted == "\"" + String(repeating: "x", count: 80) + "…\""
    )
    #expect(listed((0..<15).map(String.init)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more")
    #expect(" \u{A0}a b\r\n".trimmed == "a b" && "\u{200B} ".trimmed == "" && "é".trimmed == "é")
  }

  @Test("cells are quoted where a reader would change them")
  func csvLine() {
    #expect(
      CSVLine.text(["a", "b,c", "say \"hi\"", "x\ny", "x\r\ny", " a", "a\u{A0}", "", "=1+1"])
        == "a,\"b,c\",\"say \"\"hi\"\"\",\"x\ny\",\"x\r\ny\",\" a\",\"a\u{A0}\",,=1+1\n")
  }
}
