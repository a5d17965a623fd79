import Downloads
import Files
import Foundation
import Testing

@Suite("Downloads of data sets from a local server")
struct UntarDataTests {
  private func archive(_ work: TemporaryFolder) throws -> [UInt8] {
    // Bytes that do not compress, so that a download can break off in between.
    var state: UInt64 = 1
    let noise = (0..<200_000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      return UInt8(state >> 56)
    }
    let tar = TarBuilder.archive([
      TarBuilder.entry("digits/", type: "5"), TarBuilder.entry("digits/train/3/a.png", noise),
      TarBuilder.entry("digits/labels.csv", Array("file,label\n".utf8)),
    ])
    return try TarBuilder.gzip(tar, in: work.path)
  }

  private func dataset(
    _ server: LocalServer, _ bytes: [UInt8], byteCount: Int? = nil, md5: String? = nil,
    sha256: String? = nil
  ) -> DatasetArchive {
    DatasetArchive(
      "digits", url: server.url("digits.tgz"), byteCount: byteCount ?? bytes.count,
      md5OfFirstMiB: md5 ?? FileHash.md5(Array(bytes.prefix(1 << 20))), sha256: sha256)
  }

  private func names(_ cache: DatasetCache) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache.folder)) ?? []).sorted()
  }

  private func reason(_ body: () throws -> Void) -> DownloadError.Reason? {
    do {
      try body()
      return nil
    } catch { return (error as? DownloadError)?.reason }
  }

  @Test("a data set is downloaded once and extracted under its name; its SHA-256 is kept")
  func once() throws {
    let work = try TemporaryFolder()
    let bytes = try archive(work)
    let server = try LocalServer(.init(content: bytes))
    defer { server.stop() }
    let cache = DatasetCache(folder: work.path + "/data")
    let first = try cache.fetch(dataset(server, bytes))
    #expect(first.wasDownloaded && !first.wasVerified && first.sha256 == FileHash.sha256(bytes))
    #expect(first.path == cache.folder + "/digits")
    #expect(work.files("data/digits") == ["labels.csv", "train", "train/3", "train/3/a.png"])
    #expect(names(cache) == [".digits.json", "digits"])
    let again = try cache.fetch(dataset(server, bytes))
    #expect(!again.wasDownloaded && again.sha256 == first.sha256)
    #expect(server.requests.count == 1)
    // A later download is compared with the first.
    try FileManager.default.removeItem(atPath: first.path)
    #expect(try cache.fetch(dataset(server, bytes)).wasVerified)
    try FileManager.default.removeItem(atPath: first.path)
    var other = bytes
    other[bytes.count / 2] ^= 1
    server.set(.init(content: other))
    guard
      case .wrongHash? = reason({
        _ = try cache.fetch(
          dataset(server, bytes, md5: FileHash.md5(Array(other.prefix(1 << 20)))))
      })
    else {
      Issue.record("another archive of the same size")
      return
    }
    #expect(names(cache) == [".digits.json"])
    server.set(.init(content: bytes))
    #expect(
      try untarData(dataset(server, bytes), in: work.path + "/second")
        == work.path + "/second/digits")
  }

  @Test("an interrupted download is resumed")
  func resumes() throws {
    let work = try TemporaryFolder()
    let bytes = try archive(work)
    let server = try LocalServer(.init(content: bytes, breaksAfter: 5000))
    defer { server.stop() }
    let cache = DatasetCache(folder: work.path + "/data")
    guard case .interrupted(_, 5000)? = reason({ _ = try cache.fetch(dataset(server, bytes)) })
    else {
      Issue.record("an interrupted download")
      return
    }
    #expect(names(cache) == [".digits.archive.part"])
    server.set(.init(content: bytes))
    #expect(try cache.fetch(dataset(server, bytes)).wasDownloaded)
    #expect(server.requests.last?.contains("Range: bytes=5000-") == true)
  }

  @Test("another size, MD5 or SHA-256 than stated, and a body without end, leave nothing")
  func wrong() throws {
    let work = try TemporaryFolder()
    let bytes = try archive(work)
    let server = try LocalServer(.init(content: bytes))
    defer { server.stop() }
    let cache = DatasetCache(folder: work.path + "/data")
    for wrong in [
      dataset(server, bytes, byteCount: bytes.count + 1),
      dataset(server, bytes, md5: String(repeating: "0", count: 32)),
    ] {
      guard case .wrongArchive? = reason({ _ = try cache.fetch(wrong) }) else {
        Issue.record("\(wrong)")
        return
      }
      #expect(names(cache) == [])
    }
    guard
      case .wrongHash? = reason({
        _ = try cache.fetch(dataset(server, bytes, sha256: String(repeating: "0", count: 64)))
      })
    else {
      Issue.record("a wrong SHA-256")
      return
    }
    server.set(.init(content: bytes, isEndless: true))
    #expect(
      reason { _ = try cache.fetch(dataset(server, bytes)) } == .tooLarge(limit: bytes.count))
    #expect(names(cache) == [])
    server.set(.init(content: bytes, status: 404))
    #expect(reason { _ = try cache.fetch(dataset(server, bytes)) } == .httpStatus(404))
    let offline = DatasetCache(folder: cache.folder, isOffline: true)
    #expect(
      reason { _ = try offline.fetch(dataset(server, bytes)) } == .offline(folder: cache.folder))
  }

  @Test("a failure leaves no folder, and says how to get the data set by hand")
  func byHand() throws {
    let work = try TemporaryFolder()
    let bytes = try archive(work)
    let server = try LocalServer(.init(content: bytes, status: 404))
    let data = dataset(server, bytes)
    for isOffline in [true, false] {
      let cache = DatasetCache(folder: work.path + "/new/folder", isOffline: isOffline)
      var message = ""
      do { _ = try cache.fetch(data) } catch { message = "\(error)" }
      for words in ["digits", data.url, "\(cache.folder)/.digits.archive"] {
        #expect(message.contains(words), "\(message)")
      }
      #expect(!FileName.exists(work.path + "/new"))
    }
    let cache = DatasetCache(folder: work.path + "/new", isOffline: true)
    try createFolder(cache.folder)
    try Data(bytes).write(to: URL(fileURLWithPath: cache.folder + "/.digits.archive"))
    let found = try cache.fetch(data)
    #expect(FileName.exists(found.path + "/labels.csv"))
    let other = try cache.fetch(dataset(server, bytes))
    #expect(other.path == found.path)
    // Weights leave no folder either.
    let weights = WeightsCache(folder: work.path + "/weights/a", isOffline: false)
    #expect(throws: DownloadError.self) { try weights.file(server.url("a.pth"), hashPrefix: "0") }
    #expect(!FileName.exists(work.path + "/weights"))
  }

  @Test("a harmful archive is refused with the entry's name, and nothing is left")
  func harmful() throws {
    let work = try TemporaryFolder()
    let tar = TarBuilder.archive([
      TarBuilder.entry("digits/a", [1]), TarBuilder.entry("../evil", [2]),
    ])
    let server = try LocalServer(.init(content: tar))
    defer { server.stop() }
    let cache = DatasetCache(folder: work.path + "/data")
    #expect {
      try cache.fetch(dataset(server, tar))
    } throws: { error in
      let text = "\(error)"
      return text.contains("digits.tgz") && text.contains("\"../evil\"")
        && text.contains("leads out of the folder")
    }
    #expect(names(cache) == [])
    #expect(!FileManager.default.fileExists(atPath: work.path + "/evil"))
  }

  @Test("a second process waits its turn; what a killed one left is removed")
  func lock() throws {
    let work = try TemporaryFolder()
    let bytes = try archive(work)
    let server = try LocalServer(.init(content: bytes))
    defer { server.stop() }
    let cache = DatasetCache(folder: work.path + "/data")
    try createFolder(cache.folder + "/.digits.part/digits")
    let lock = try #require(try FolderLock.acquire(cache.folder + "/.digits.lock"))
    #expect(reason { _ = try cache.fetch(dataset(server, bytes)) } == .busy)
    lock.release()
    #expect(try cache.fetch(dataset(server, bytes)).wasDownloaded)
    #expect(names(cache) == [".digits.json", "digits"])
    try FileManager.default.removeItem(atPath: cache.folder + "/digits")
    try Data().write(to: URL(fileURLWithPath: cache.folder + "/digits"))
    #expect(reason { _ = try cache.fetch(dataset(server, bytes)) } == .occupied)
  }

  @Test("names are found as fastai writes them; SIIM-ACR says what to do")
  func names() throws {
    #expect(try URLs.named("SIIM_SMALL") == URLs.siimSmall)
    #expect(try URLs.named("pets") == URLs.pets)
    #expect(try URLs.named("IMAGENETTE_160") == URLs.imagenette160)
    #expect(Set(URLs.all.map(\.name)).count == 8)
    for archive in URLs.all {
      #expect(archive.url.hasPrefix("https://s3.amazonaws.com/fast-ai-"))
      #expect(archive.url.hasSuffix("/\(archive.name).tgz"))
      #expect(archive.md5OfFirstMiB?.count == 32 && archive.byteCount != nil)
    }
    #expect { try URLs.named("siim_acr") } throws: { "\($0)".contains("kaggle.com") }
    #expect { try URLs.named("mnist") } throws: { "\($0)".contains("did you mean") }
  }

  @Test("the folder is LIGHTBOX_DATA, fastai's if it exists, or Lightbox's")
  func folders() throws {
    let work = try TemporaryFolder()
    let home = work.path
    #expect(DatasetCache(environment: ["HOME": home]).folder == "\(home)/.cache/lightbox/data")
    #expect(
      DatasetCache(environment: ["HOME": home, "XDG_CACHE_HOME": "/c"]).folder
        == "/c/lightbox/data")
    try createFolder("\(home)/.fastai/data")
    #expect(DatasetCache(environment: ["HOME": home]).folder == "\(home)/.fastai/data")
    #expect(
      DatasetCache(environment: ["HOME": home, "LIGHTBOX_DATA": "/d"]).folder == "/d")
    #expect(DatasetCache(environment: ["LIGHTBOX_OFFLINE": "1"]).isOffline)
  }
}
