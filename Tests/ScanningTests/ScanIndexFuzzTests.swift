import Foundation
import Scanning
import TestSupport
import Testing

@Suite("Fuzzed indexes of scans")
struct ScanIndexFuzzTests {
  @Test("a modified index costs a new scan at worst")
  func index() throws {
    let work = try ScanFolder()
    for seed in 0..<5 { try work.film("films/\(seed).dcm", seed: seed) }
    let path = work.path + "/scan.sqlite"
    var options = DataScan.Options()
    options.index = .file(path)
    options.threads = 1
    let first = try DataScan(of: work.path + "/films", options: options)
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let names = first.files.map(\.path)
    try Fuzzing("scan index", cases: 60, seed: 0x1DE, share: 0.04).run { mutator in
      for suffix in ["", "-journal"] { unlink(path + suffix) }
      let bytes = mutator.mutated(original, [original])
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        let scan = try DataScan(of: work.path + "/films", options: options)
        #expect(scan.files.map(\.path) == names)
        _ = ScanSummary(scan).text()
        return .read
      } catch is ScanError {
        return .refused
      }
    }
  }
}
