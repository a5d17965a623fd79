import Downloads
import Foundation
import Testing

@Suite("Extraction of archives")
struct ArchiveTests {
  /// Extracts bytes into a new folder `out`.
  private func extract(
    _ bytes: [UInt8], _ work: TemporaryFolder, entryLimit: Int? = nil, byteLimit: Int? = nil
  ) throws -> Int {
    let out = work.path + "/out"
    try? FileManager.default.removeItem(atPath: out)
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    var extractor = ArchiveExtractor(try work.write(bytes), into: out)
    if let entryLimit { extractor.entryLimit = entryLimit }
    extractor.byteLimit = byteLimit
    return try extractor.run()
  }

  private func reason(_ bytes: [UInt8], byteLimit: Int? = nil, entryLimit: Int? = nil) throws
    -> (ArchiveError.Reason, String?)?
  {
    let work = try TemporaryFolder()
    do {
      _ = try extract(bytes, work, entryLimit: entryLimit, byteLimit: byteLimit)
      return nil
    } catch let error as ArchiveError {
      return (error.reason, error.entry)
    }
  }

  private let hello = Array("hello".utf8)

  @Test("what tar writes is extracted: ustar, GNU, pax and old archives, plain and by gzip")
  func formats() throws {
    let work = try TemporaryFolder()
    let long = String(repeating: "d", count: 90) + "/" + String(repeating: "e", count: 120)
    for name in ["set/a.txt", "set/sub/b.txt", "set/\(long)/ä b.txt", "set/empty"] {
      let path = "\(work.path)/\(name)"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(name == "set/empty" ? [] : [UInt8](repeating: 65, count: 1000)).write(
        to: URL(fileURLWithPath: path))
    }
    try FileManager.default.createSymbolicLink(
      atPath: work.path + "/set/link", withDestinationPath: "sub/b.txt")
    let expected = work.files("set")
    for format in ["gnu", "pax", "posix", "oldgnu"] {
      for option in ["-cf", "-czf"] {
        let archive = "\(work.path)/\(format)\(option)"
        try TarBuilder.run(
          "/bin/tar", ["--format=\(format)", option, archive, "set"], in: work.path)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive)))
        #expect(try extract(bytes, work) == 9, "\(format)")
        #expect(work.files("out/set") == expected, "\(format) \(option)")
        #expect(try work.text("out/set/sub/b.txt").count == 1000)
        #expect(try work.text("out/set/link").count == 1000)
      }
    }
  }

  @Test("zip archives are extracted, damaged and encrypted ones are refused")
  func zip() throws {
    let work = try TemporaryFolder()
    let script = """
      from zipfile import ZipFile, ZIP_DEFLATED
      with ZipFile("a.zip", "w", ZIP_DEFLATED) as z:
          z.writestr("set/a.txt", "hello" * 1000)
          z.writestr("set/sub/", "")
          z.writestr("set/b.txt", "x")
      with ZipFile("up.zip", "w") as z: z.writestr("../x", "x")
      """
    try TarBuilder.run("/usr/bin/env", ["python3", "-c", script], in: work.path)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: work.path + "/a.zip")))
    #expect(try extract(bytes, work) == 3)
    #expect(work.files("out") == ["set", "set/a.txt", "set/b.txt", "set/sub"])
    #expect(try work.text("out/set/a.txt").count == 5000)
    var damaged = bytes
    damaged[45] ^= 0xFF
    guard case .corrupt? = try reason(damaged)?.0 else {
      Issue.record("a damaged zip archive")
      return
    }
    let up = [UInt8](try Data(contentsOf: URL(fileURLWithPath: work.path + "/up.zip")))
    #expect(try reason(up)?.0 == .unsafePath)
    #expect(try reason(bytes, byteLimit: 100)?.0 == .tooLarge(limit: 100))
  }

  @Test(
    "paths that lead out of the folder are refused with their names",
    arguments: [
      "/etc/passwd", "../x", "a/../../x", "a/..", "..", String(repeating: "n", count: 90),
    ])
  func paths(_ name: String) throws {
    let entry = TarBuilder.entry(name, hello)
    if name.hasPrefix("n") {
      // Names of more than 255 bytes by a pax header.
      let long = String(repeating: name, count: 3)
      let found = try reason(TarBuilder.archive([TarBuilder.pax(["path": long]), entry]))
      #expect(found?.0 == .unsafePath && found?.1 == long)
      return
    }
    let found = try reason(TarBuilder.archive([entry]))
    #expect(found?.0 == .unsafePath && found?.1 == name)
    let pax = TarBuilder.archive([TarBuilder.pax(["path": name]), TarBuilder.entry("ok", hello)])
    #expect(try reason(pax)?.0 == .unsafePath)
  }

  @Test("links that leave the folder, dangle or are written through are refused")
  func links() throws {
    func link(_ name: String, _ target: String) -> [UInt8] {
      TarBuilder.entry(name, type: "2", target: target)
    }
    for entries in [
      [link("a", "/etc")], [link("a", "../x")], [link("a", "nowhere")], [link("a", "a")],
      [link("d/a", "../../x")], [link("a", "")],
      // `up` leads to the folder itself, so `out` leads to the folder above.
      [TarBuilder.entry("d/f", hello), link("d/up", ".."), link("out", "d/up/..")],
      [TarBuilder.entry("d/f", hello), link("x", "d"), link("y", "x/../..")],
    ] {
      #expect(try reason(TarBuilder.archive(entries))?.0 == .unsafeLink, "\(entries.count)")
    }
    // A file below a link, before and after it.
    let through = [link("a", "d"), TarBuilder.entry("d/f", hello), TarBuilder.entry("a/x", hello)]
    #expect(try reason(TarBuilder.archive(through))?.0 == .clash)
    #expect(
      try reason(TarBuilder.archive([TarBuilder.entry("f", hello), link("f", "f")]))?.0 == .clash)
    let fine = [TarBuilder.entry("d/f", hello), link("d/g", "f"), link("h", "d/g")]
    let work = try TemporaryFolder()
    #expect(try extract(TarBuilder.archive(fine), work) == 3)
    #expect(try work.text("out/h") == "hello")
  }

  @Test("hard links, devices, pipes, sparse files and repeated paths are refused")
  func kinds() throws {
    let file = TarBuilder.entry("f", hello)
    for (type, kind) in [
      ("1", "hard link"), ("3", "device"), ("4", "device"), ("6", "pipe"), ("S", "sparse file"),
      ("V", "entry of an unknown kind"),
    ] {
      let entry = TarBuilder.entry("odd", type: Character(type), target: "f")
      let found = try reason(TarBuilder.archive([file, entry]))
      #expect(found?.0 == .unsafeKind(kind) && found?.1 == "odd")
    }
    #expect(try reason(TarBuilder.archive([file, file]))?.0 == .clash)
    #expect(try reason(TarBuilder.archive([file, TarBuilder.entry("f/g", hello)]))?.0 == .clash)
    #expect(
      try reason(TarBuilder.archive([TarBuilder.entry("d/", type: "5"), TarBuilder.entry("d")]))?.0
        == .clash)
  }

  @Test("too many bytes and entries are refused, before they are written")
  func limits() throws {
    let work = try TemporaryFolder()
    // A bomb: a thousand million zeros in a megabyte.
    let huge = TarBuilder.entry("bomb", [], size: 8_589_934_591)
    let archive = try TarBuilder.gzip(huge + [UInt8](repeating: 0, count: 1 << 20), in: work.path)
    guard case .tooLarge? = try reason(archive)?.0 else {
      Issue.record("a bomb")
      return
    }
    let files = (0..<20).map { TarBuilder.entry("\($0)", hello) }
    #expect(try reason(TarBuilder.archive(files), byteLimit: 99)?.0 == .tooLarge(limit: 99))
    #expect(try reason(TarBuilder.archive(files), byteLimit: 100) == nil)
    #expect(try reason(TarBuilder.archive(files), entryLimit: 19)?.0 == .tooManyEntries(limit: 19))
  }

  @Test("damage is an error: shortened, changed and foreign files")
  func damage() throws {
    let work = try TemporaryFolder()
    let archive = TarBuilder.archive([
      TarBuilder.entry("a", [UInt8](repeating: 7, count: 3000)), TarBuilder.entry("b", hello),
    ])
    func isCorrupt(_ bytes: [UInt8]) throws -> Bool {
      if case .corrupt? = try reason(bytes)?.0 { true } else { false }
    }
    for count in [513, 1000, 2000, 3583, 3700] {
      #expect(try isCorrupt(Array(archive.prefix(count))), "\(count)")
    }
    let packed = try TarBuilder.gzip(archive, in: work.path)
    for count in [11, packed.count / 2, packed.count - 9, packed.count - 1] {
      #expect(try isCorrupt(Array(packed.prefix(count))), "\(count)")
    }
    var changed = packed
    changed[packed.count - 6] ^= 1  // The checksum.
    #expect(try isCorrupt(changed))
    #expect(try reason(packed + [0, 0, 0]) == nil)
    for text in ["", "text", String(repeating: "x", count: 2000)] {
      #expect(try reason(Array(text.utf8))?.0 == .notAnArchive)
    }
    #expect(
      try reason(TarBuilder.gzip([UInt8](repeating: 65, count: 3000), in: work.path))?.0
        == .notAnArchive)
  }
}
