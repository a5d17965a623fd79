import DataBlocks
import Files
import Foundation
import Imaging
import Synchronization
import Tensors
import Testing

/// A cacheable transform that counts its calls; `amount` is added to all bytes.
private struct Counted: Transform {
  static let calls = Mutex<[String: Int]>([:])
  var name: String
  var amount: Int

  var order: Int { 2 }
  var effects: TransformEffects { .pixels }
  func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool { true }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    Self.calls.withLock { $0[name, default: 0] += 1 }
    sample.updateValues { image in
      for i in image.values.indices { image.values[i] += Float(amount) / 255 }
    }
  }
}

@Suite("The cache of images on disk")
struct ImageStoreTests {
  private let files: ImageFiles
  private let store: String
  private let name = "\(UUID())"

  init() throws {
    files = try ImageFiles()
    store = "\(files.path)/cache"
    for number in 0..<4 { try files.image("\(number).png", number, width: 20, height: 20) }
    for number in 4..<6 { try files.image("\(number).png", number, width: 31, height: 20) }
    for number in 6..<8 {
      try files.film("\(number).dcm", ["PatientOrientation": "L\\F"], number: number)
    }
    try PNG.write(
      PixelBuffer(
        width: 20, height: 24, channels: 3, samples: (0..<1440).map { UInt8($0 % 251) }),
      to: "\(files.path)/8.png")
  }

  private var items: [DataItem] {
    (0..<9).map { number in
      DataItem(
        path: "\(files.path)/\(number).\((6..<8).contains(number) ? "dcm" : "png")",
        label: number % 2 == 0 ? "a" : "b")
    }
  }

  private func epoch(
    _ caching: ImageCaching, mode: PipelineMode = .training, amount: Int = 3, zoom: Double = 1.2,
    target: any TargetBlock = CategoryBlock()
  ) throws -> [[Float]] {
    let loader = try DataLoader(
      items,
      pipeline: Pipeline([
        Resize(10), Counted(name: name, amount: amount), Rotate(maximumDegrees: 20),
        Zoom(maximum: zoom),
      ]),
      target: try target.fitted(to: items), mode: mode, batchSize: 3, workers: 2, caching: caching)
    var found: [[Float]] = []
    var batches = loader.batches(epoch: 1)
    while let batch = try batches.next() { found.append(batch.inputs.floatScalars) }
    return found
  }

  private var calls: Int { Counted.calls.withLock { $0.removeValue(forKey: name) ?? 0 } }

  @Test(
    "no bit depends on where images are kept, and later loaders do not run the transforms again")
  func bits() throws {
    for mode in [PipelineMode.training, .validation] {
      let expected = try epoch(.off, mode: mode)
      #expect(calls == 9)
      for caching in [ImageCaching.memory, .disk(folder: store)] {
        #expect(try epoch(caching, mode: mode) == expected)
        #expect(calls == 9)
      }
      #expect(try epoch(.disk(folder: store), mode: mode) == expected)
      // In training, the place of the window of images that are not square is random.
      #expect(calls == (mode == .training ? 5 : 0))
    }
  }

  @Test("another augmentation takes the same entries, another transform before it does not")
  func transforms() throws {
    _ = try epoch(.disk(folder: store), mode: .validation)
    _ = calls
    #expect(
      try epoch(.disk(folder: store), mode: .validation, zoom: 1.5)
        == epoch(.off, mode: .validation, zoom: 1.5))
    #expect(calls == 9)
    let changed = try epoch(.disk(folder: store), mode: .validation, amount: 9)
    #expect(calls == 9)
    #expect(try changed == epoch(.off, mode: .validation, amount: 9))
    #expect(try changed != epoch(.off, mode: .validation))
  }

  @Test("a file with other content of the same size and time has an entry of its own")
  func content() throws {
    let before = try epoch(.disk(folder: store), mode: .validation)
    let (path, other) = (items[0].path, items[1].path)
    let time = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
    let size = FileIdentity(path)?.size
    var bytes = try Data(contentsOf: URL(fileURLWithPath: other))
    if let size, bytes.count < size { bytes += Data(count: size - bytes.count) }
    try bytes.write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes(
      [.modificationDate: try #require(time)], ofItemAtPath: path)
    let after = try epoch(.disk(folder: store), mode: .validation)
    #expect(try after == epoch(.off, mode: .validation))
    #expect(after != before)
  }

  @Test("a damaged entry is made again")
  func damage() throws {
    let expected = try epoch(.disk(folder: store), mode: .validation)
    let entries = try #require(FileManager.default.enumerator(atPath: store)).compactMap {
      ($0 as? String).flatMap { $0.hasSuffix(".image") ? "\(store)/\($0)" : nil }
    }
    #expect(entries.count == 9)
    for (number, path) in entries.enumerated() {
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      switch number % 4 {
      case 0: bytes[bytes.count / 2] ^= 1
      case 1: bytes = bytes.prefix(bytes.count / 2)
      case 2: bytes = Data()
      default: bytes[8] = 255
      }
      try bytes.write(to: URL(fileURLWithPath: path))
    }
    _ = calls
    #expect(try epoch(.disk(folder: store), mode: .validation) == expected)
    #expect(calls == 9)
    #expect(try epoch(.disk(folder: store), mode: .validation) == expected)
    #expect(calls == 0)
    // Whole entries under the names of others are not taken either.
    let contents = try entries.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    for (number, path) in entries.enumerated() {
      try contents[(number + 1) % contents.count].write(to: URL(fileURLWithPath: path))
    }
    #expect(try epoch(.disk(folder: store), mode: .validation) == expected)
    #expect(calls == 9)
  }

  /// A target block that might add masks or boxes.
  private struct Annotating: TargetBlock {
    var inner = CategoryBlock()
    var vocab: [String] { inner.vocab }
    var outputCount: Int { inner.outputCount }
    func fitted(to items: [DataItem]) throws(DataError) -> Annotating {
      Annotating(inner: try inner.fitted(to: items))
    }
    func check(_ label: String) throws(DataError) { try inner.check(label) }
    func encode(_ labels: [String]) -> Tensor { inner.encode(labels) }
  }

  @Test("images of targets that may add masks or boxes are not kept")
  func annotations() throws {
    #expect(
      try epoch(.disk(folder: store), mode: .validation, target: Annotating())
        == epoch(.off, mode: .validation))
    #expect(try ImageStore.entries(in: store) == nil)
    #expect(!FileName.exists(store))
  }

  @Test("only entries are counted and removed; the folder is private")
  func clearing() throws {
    _ = try epoch(.disk(folder: store), mode: .validation)
    let mode = try FileManager.default.attributesOfItem(atPath: store)[.posixPermissions] as? Int
    #expect(mode == 0o700)
    try files.text("mine", to: "cache/aa/notes.txt")
    try files.text("mine", to: "cache/\(String(repeating: "a", count: 62)).image")
    let found = try #require(try ImageStore.entries(in: store))
    #expect(found.count == 9 && found.bytes > 9 * 256)
    #expect(try ImageStore.entries(in: store, removing: true) == found)
    #expect(try ImageStore.entries(in: store)?.count == 0)
    #expect(FileName.exists("\(store)/aa/notes.txt"))
    #expect(FileName.exists("\(store)/\(String(repeating: "a", count: 62)).image"))
  }

  @Test("a folder with the name of one entry leaves out that entry only")
  func odd() throws {
    _ = try epoch(.disk(folder: store), mode: .validation)
    let entry = try #require(
      FileManager.default.enumerator(atPath: store)?.first { "\($0)".hasSuffix(".image") }
        as? String)
    #expect(try ImageStore.entries(in: store, removing: true)?.count == 9)
    try FileManager.default.createDirectory(
      atPath: "\(store)/\(entry)/x", withIntermediateDirectories: true)
    #expect(
      try epoch(.disk(folder: store), mode: .validation) == epoch(.off, mode: .validation))
    #expect(try ImageStore.entries(in: store)?.count == 8)
  }

  @Test("a folder that cannot be read is an error, not an empty one")
  func unreadable() throws {
    try files.text("a file", to: "file")
    #expect(throws: FileError.self) { try ImageStore.entries(in: "\(files.path)/file") }
  }

  @Test("a folder that cannot be made is refused, with the way out")
  func refusal() throws {
    try files.text("a file", to: "file")
    let error = #expect(throws: DataError.self) {
      try epoch(.disk(folder: "\(files.path)/file/cache"))
    }
    #expect(error?.path == "\(files.path)/file/cache")
    #expect(error?.description.contains("LIGHTBOX_IMAGE_CACHE") == true)
  }
}
