import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Corrupt DICOM files")
struct DICOMMutationTests {
  @Test("truncated and modified files give an image or a DICOMError, never a crash")
  func mutations() throws {
    let folder = Fixture.url("dicom/files")
    let seeds = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))) }
      .filter { (300...40_000).contains($0.count) }
    #expect(seeds.count >= 30)
    // A linear congruential generator: reproducible on every machine.
    var state: UInt64 = 20_260_101
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    let rounds = ProcessInfo.processInfo.environment["LIGHTBOX_MUTATIONS"].flatMap(Int.init) ?? 2000
    var outcomes: [String: Int] = [:]
    for _ in 0..<rounds {
      var bytes = seeds[random(seeds.count)]
      if random(4) == 0 { bytes.removeLast(random(bytes.count)) }
      // Half of the modifications are in the header.
      for _ in 0..<random(12) where !bytes.isEmpty {
        let reach = random(2) == 0 ? min(bytes.count, 2000) : bytes.count
        bytes[random(reach)] = random(2) == 0 ? 0xff : UInt8(random(256))
      }
      outcomes[Self.outcome(of: bytes), default: 0] += 1
    }
    #expect(outcomes.values.reduce(0, +) == rounds)
    #expect(outcomes["image", default: 0] > rounds / 20, "\(outcomes)")
    #expect(outcomes["image", default: 0] < rounds, "\(outcomes)")
  }

  @Test("a data set with thousands of nested sequences is rejected without a stack overflow")
  func deepNesting() throws {
    var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
    func short(_ group: UInt16, _ element: UInt16, _ kind: String, _ value: [UInt8]) {
      bytes += [UInt8(group & 255), UInt8(group >> 8), UInt8(element & 255), UInt8(element >> 8)]
      bytes += Array(kind.utf8) + [UInt8(value.count), 0] + value
    }
    short(2, 0x10, "UI", Array("1.2.840.10008.1.2.1\0".utf8))
    for _ in 0..<100_000 {
      bytes += [0x40, 0, 0x30, 0xa7] + Array("SQ".utf8) + [0, 0, 255, 255, 255, 255]
      bytes += [0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255]
    }
    let error = #expect(throws: DICOMError.self) {
      try DICOMFile(bytes: bytes, name: "deep")
    }
    #expect(error?.reason == .truncated)
  }

  @Test("several threads decode the same file and different files concurrently")
  func threads() throws {
    let names = [
      "siim-chest-pa.dcm", "PT-jpegll.dcm", "JPGExtended.dcm", "MR_small_RLE.dcm",
      "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm",
    ]
    let paths = names.map { Fixture.url("dicom/files/\($0)").path }
    let shared = try paths.map { try DICOMFile(contentsOf: $0) }
    let wanted = try shared.map { try $0.storedPixels() }
    DispatchQueue.concurrentPerform(iterations: 48) { i in
      let at = i % paths.count
      let own = try? DICOMFile(contentsOf: paths[at]).storedPixels()
      let common = try? shared[at].storedPixels()
      #expect(own == wanted[at])
      #expect(common == wanted[at])
    }
  }

  private static func outcome(of bytes: [UInt8]) -> String {
    do {
      let file = try DICOMFile(bytes: bytes, name: "damaged")
      _ = file.tags.map { file.strings($0) }
      _ = file.pixelSpacing
      _ = try file.display()
      return "image"
    } catch {
      return error.reason.rawValue
    }
  }
}
