import Datasets
import Files
import Foundation
import Imaging
import Testing

@Suite struct SampleDatasetTests {
  @Test("pneumonia28 is unpacked completely")
  func pneumonia28() throws {
    let scratch = try ScratchFolder()
    let out = scratch.path + "/p28"
    let sample = try SampleDataset.named("pneumonia28")
    #expect(try sample.unpack(to: out) == 5032)
    let lines = try scratch.text("p28/labels.csv").split(whereSeparator: \.isNewline)
    #expect(lines.count == 5031)
    #expect(lines.first == "file,label,split")
    let files = Set(try scratch.files(in: "p28"))
    #expect(files.count == 5032)
    #expect(lines.dropFirst().allSatisfy { files.contains(String($0.prefix { $0 != "," })) })
    // A second time is rejected and changes nothing.
    #expect(throws: DatasetError(.folderNotEmpty(found: "README.md"), path: out)) {
      try sample.unpack(to: out)
    }
    try scratch.write("changed", to: "p28/labels.csv")
    #expect(try sample.unpack(to: out, overwrite: true) == 5032)
    #expect(try scratch.text("p28/labels.csv").hasPrefix("file,label,split"))
    #expect(try scratch.files(in: "p28").count == 5032)
  }

  @Test("a corrupt archive is rejected and leaves no files")
  func damaged() throws {
    let scratch = try ScratchFolder()
    let good = try BundledResource.path(of: SampleDataset.pneumonia28.archive)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: good)))
    bytes[100_000] ^= 1
    let bad = scratch.path + "/bad.tar.gz"
    try Data(bytes).write(to: URL(fileURLWithPath: bad))
    let out = scratch.path + "/out"
    let error = #expect(throws: DatasetError.self) {
      try SampleDataset.pneumonia28.unpack(archiveAt: bad, to: out, overwrite: false)
    }
    guard case .checksum = error?.reason else {
      Issue.record("the reason is \(String(describing: error))")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test("a missing resource is an error with a remedy")
  func missing() throws {
    let scratch = try ScratchFolder()
    let error = #expect(throws: DatasetError.self) {
      try BundledResource.path(
        of: "Samples/pneumonia28.tar.gz", environment: ["LIGHTBOX_RESOURCES": scratch.path])
    }
    #expect(error?.reason == .resourceMissing(searched: [scratch.path]))
    #expect(error?.description.contains("set LIGHTBOX_RESOURCES") == true)
    // LIGHTBOX_RESOURCES contains the bundle or its files.
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/Samples", withIntermediateDirectories: true)
    try scratch.write("x", to: "Samples/some.txt")
    #expect(
      try BundledResource.path(
        of: "Samples/some.txt", environment: ["LIGHTBOX_RESOURCES": scratch.path])
        == scratch.path + "/Samples/some.txt")
  }

  @Test("an unknown sample suggests the nearest name")
  func names() throws {
    #expect(
      throws: DatasetError(
        .unknownSample(known: ["pneumonia28"]), path: "pnuemonia28")
    ) { try SampleDataset.named("pnuemonia28") }
    #expect(
      "\(DatasetError(.unknownSample(known: ["pneumonia28"]), path: "pnuemonia28"))"
        == "\"pnuemonia28\": there is no such sample; did you mean \"pneumonia28\"?")
    #expect(try SampleDataset.named("Pneumonia28") == .pneumonia28)
  }
}
