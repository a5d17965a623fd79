import Datasets
import Foundation
import Imaging
import Testing

@Suite struct SampleDatasetTests {
  @Test(
    "SHA-256 gives the published values",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func checksums(_ text: String, _ expected: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == expected)
  }

  @Test("pneumonia28 is found, unpacked whole, and readable")
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
    // A second time: refused, and nothing is touched.
    #expect(throws: DatasetError(.folderNotEmpty(found: "README.md"), path: out)) {
      try sample.unpack(to: out)
    }
    try scratch.write("changed", to: "p28/labels.csv")
    #expect(try sample.unpack(to: out, overwrite: true) == 5032)
    #expect(try scratch.text("p28/labels.csv").hasPrefix("file,label,split"))
    #expect(try scratch.files(in: "p28").count == 5032)
  }

  @Test("a damaged archive is refused and leaves nothing")
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

  @Test("a missing resource is an error that names the way out")
  func missing() throws {
    let scratch = try ScratchFolder()
    let error = #expect(throws: DatasetError.self) {
      try BundledResource.path(
        of: "Samples/pneumonia28.tar.gz", environment: ["LIGHTBOX_RESOURCES": scratch.path])
    }
    #expect(error?.reason == .resourceMissing(searched: [scratch.path]))
    #expect(error?.description.contains("set LIGHTBOX_RESOURCES") == true)
    // A folder that the user names is used, with the bundle inside or the files themselves.
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/Samples", withIntermediateDirectories: true)
    try scratch.write("x", to: "Samples/some.txt")
    #expect(
      try BundledResource.path(
        of: "Samples/some.txt", environment: ["LIGHTBOX_RESOURCES": scratch.path])
        == scratch.path + "/Samples/some.txt")
  }

  @Test("an unknown sample names the nearest one")
  func names() throws {
    #expect(
      throws: DatasetError(
        .unknownSample(nearest: "pneumonia28", known: ["pneumonia28"]), path: "pnuemonia28")
    ) { try SampleDataset.named("pnuemonia28") }
  }
}
