import Downloads
import Foundation
import TestSupport
import Testing

@Suite("Fuzzed archives")
struct ArchiveFuzzTests {
  @Test("modified archives are extracted or refused, and nothing leaves the folder")
  func archives() throws {
    let work = try TemporaryFolder()
    let small = Array("hello".utf8)
    let tar = TarBuilder.archive([
      TarBuilder.entry("d/", type: "5"), TarBuilder.entry("d/a", small),
      TarBuilder.pax(["path": "d/é"]), TarBuilder.entry("x", [UInt8](repeating: 1, count: 700)),
      TarBuilder.entry("l", type: "2", target: "d/a"),
      TarBuilder.entry("long", Array("d/longer/name\0".utf8), type: "L"),
      TarBuilder.entry("y", small),
    ])
    let hostile = TarBuilder.archive([
      TarBuilder.entry("../up", small), TarBuilder.entry("/abs", small),
      TarBuilder.entry("h", type: "1", target: "d/a"),
      TarBuilder.entry("e", type: "2", target: "../../x"),
    ])
    let script = """
      from zipfile import ZipFile, ZIP_DEFLATED
      with ZipFile("a.zip", "w", ZIP_DEFLATED) as z:
          z.writestr("d/a", "hello" * 50); z.writestr("../up", "x"); z.writestr("b", "y")
      """
    try TarBuilder.run("/usr/bin/env", ["python3", "-c", script], in: work.path)
    let zip = [UInt8](try Data(contentsOf: URL(fileURLWithPath: work.path + "/a.zip")))
    let sources = [tar, try TarBuilder.gzip(tar, in: work.path), hostile, zip]
    func isClean() throws -> Bool {
      // The archive, the folder above the destination, and what made the sources.
      let names = try FileManager.default.contentsOfDirectory(atPath: work.path)
      return Set(names).isSubset(of: ["archive", "box", "a.zip"])
        && work.files("box").allSatisfy { $0.hasPrefix("in") }
    }
    let inside = "\(work.path)/box/in"
    var read = 0
    try Fuzzing("archive", cases: 400, seed: 0xA7C4, share: 0.05).run { mutator in
      try FileManager.default.createDirectory(atPath: inside, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: work.path + "/box") }
      var bytes = mutator.mutated(sources[mutator.below(sources.count)], sources)
      if mutator.below(2) == 0 { TarBuilder.repairChecksums(&bytes) }
      let archive = try work.write(bytes)
      var extractor = ArchiveExtractor(archive, into: inside)
      extractor.byteLimit = 1 << 20
      do {
        try extractor.run()
        read += 1
      } catch is ArchiveError {
        #expect(try isClean())
        return .refused
      }
      #expect(try isClean())
      for name in work.files("box/in") {
        let real = URL(fileURLWithPath: inside + "/" + name).resolvingSymlinksInPath().path
        let root = URL(fileURLWithPath: inside).resolvingSymlinksInPath().path
        #expect(real.hasPrefix(root), "\(name)")
      }
      return .read
    }
    #expect(read > 0)
  }
}

extension TarBuilder {
  /// Writes the right checksums into the headers of changed bytes, so that the fuzzer gets past them.
  static func repairChecksums(_ bytes: inout [UInt8]) {
    var at = 0
    while at + 512 <= bytes.count {
      let header = bytes[at..<at + 512]
      if header[(at + 257)..<(at + 262)].elementsEqual(Array("ustar".utf8)) {
        for i in 148..<156 { bytes[at + i] = 32 }
        let sum = bytes[at..<at + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\0 "
        for (i, byte) in text.utf8.prefix(8).enumerated() { bytes[at + 148 + i] = byte }
      }
      at += 512
    }
  }
}
