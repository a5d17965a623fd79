import Downloads
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Downloads of weights from a local server")
struct WeightsCacheTests {
  private let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
  private var prefix: String { String(FileHash.sha256(content).prefix(8)) }

  private func with(
    _ behavior: LocalServer.Behavior, _ body: (LocalServer, WeightsCache) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = try LocalServer(behavior)
    defer { server.stop() }
    try body(server, WeightsCache(folder: folder.path))
  }

  private func names(_ cache: WeightsCache) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache.folder)) ?? []).sorted()
  }

  @Test("a file is downloaded once, after a redirect, and renamed when it is complete")
  func once() throws {
    try with(.init(content: content, redirects: true)) { server, cache in
      let seen = Mutex([Int]())
      let first = try cache.file(server.url("a.pth"), hashPrefix: prefix) { done, _ in
        seen.withLock { $0.append(done) }
      }
      #expect(first.wasDownloaded)
      #expect(try Data(contentsOf: URL(fileURLWithPath: first.path)) == Data(content))
      #expect(seen.withLock { $0.last } == content.count)
      #expect(names(cache) == ["a.pth"])
      let again = try cache.file(server.url("a.pth"), hashPrefix: prefix)
      #expect(!again.wasDownloaded && again.path == first.path)
      #expect(server.requests.count == 2)
    }
  }

  @Test("an interrupted download is resumed")
  func resumes() throws {
    try with(.init(content: content, breaksAfter: 100_000)) { server, cache in
      #expect {
        try cache.file(server.url("a.pth"), hashPrefix: prefix)
      } throws: { error in
        guard case .interrupted(_, let kept)? = (error as? DownloadError)?.reason else {
          return false
        }
        return kept == 100_000
      }
      #expect(names(cache) == ["a.pth.part"])
      server.set(.init(content: content))
      let file = try cache.file(server.url("a.pth"), hashPrefix: prefix)
      #expect(server.requests.last?.contains("Range: bytes=100000-") == true)
      #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == Data(content))
      #expect(names(cache) == ["a.pth"])
    }
  }

  @Test("without ranges, or after a change of the file, the download restarts")
  func restarts() throws {
    for knowsRanges in [false, true] {
      try with(.init(content: content, knowsRanges: knowsRanges)) { server, cache in
        try FileManager.default.createDirectory(
          atPath: cache.folder, withIntermediateDirectories: true)
        for count in [5000, 300_000, 400_000] {
          let part = "\(cache.folder)/a.pth.part"
          try Data(repeating: 7, count: count).write(to: URL(fileURLWithPath: part))
          let file = try cache.file(server.url("a.pth"), hashPrefix: prefix)
          #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == Data(content))
          try FileManager.default.removeItem(atPath: file.path)
        }
      }
    }
  }

  @Test("a file with another SHA-256 is removed")
  func wrongHash() throws {
    try with(.init(content: content)) { server, cache in
      #expect {
        try cache.file(server.url("a.pth"), hashPrefix: "00000000")
      } throws: { error in
        if case .wrongHash? = (error as? DownloadError)?.reason { true } else { false }
      }
      #expect(names(cache) == [])
    }
  }

  @Test("HTTP errors, no server, offline and a wrong file in the cache throw")
  func errors() throws {
    try with(.init(content: content, status: 404)) { server, cache in
      #expect(throws: DownloadError(.httpStatus(404), server.url("a.pth"))) {
        try cache.file(server.url("a.pth"), hashPrefix: prefix)
      }
      #expect(names(cache) == [])
      let offline = WeightsCache(folder: cache.folder, isOffline: true)
      let before = server.requests.count
      let url = server.url("a.pth")
      let refused = #expect(
        throws: DownloadError(.offline(folder: cache.folder, url: url), "a.pth")
      ) {
        try offline.file(url, hashPrefix: prefix)
      }
      #expect(refused?.remedy?.contains("get \(url) ") == true)
      #expect(refused?.remedy?.contains("\(cache.folder)/a.pth") == true)
      #expect(server.requests.count == before)
      let here = "\(cache.folder)/b.pth"
      #expect(!FileManager.default.fileExists(atPath: cache.folder))
      try FileManager.default.createDirectory(
        atPath: cache.folder, withIntermediateDirectories: true)
      try Data(content).write(to: URL(fileURLWithPath: here))
      #expect(try offline.file("http://nowhere/b.pth", hashPrefix: prefix).path == here)
      #expect(
        throws: DownloadError(
          .wrongHashInCache(expectedPrefix: "12345678", found: FileHash.sha256(content)), here)
      ) {
        try offline.file("http://nowhere/b.pth", hashPrefix: "12345678")
      }
      #expect(throws: DownloadError.self) {
        try cache.file("http://127.0.0.1:1/c.pth", hashPrefix: prefix)
      }
      #expect(throws: DownloadError.self) {
        try cache.file("file:///etc/hostname", hashPrefix: prefix)
      }
    }
  }

  private func reason(_ body: () throws -> Void) -> DownloadError.Reason? {
    do {
      try body()
      return nil
    } catch { return (error as? DownloadError)?.reason }
  }

  @Test("redirects to files, to other protocols and in a circle are errors")
  func redirects() throws {
    for location in ["file:///etc/hostname", "gopher://127.0.0.1/", "ftp://127.0.0.1/x", "/again"] {
      try with(.init(content: content, location: location)) { server, cache in
        guard
          case .interrupted(let message, let kept)? = reason({
            _ = try cache.file(server.url("a.pth"), hashPrefix: prefix)
          })
        else {
          Issue.record("\(location)")
          return
        }
        #expect(kept == 0 && !message.isEmpty)
        #expect(names(cache) == [])
      }
    }
  }

  @Test("a body without an end stops at the limit, and nothing is left")
  func endless() throws {
    try with(.init(content: content, isEndless: true)) { server, cache in
      let small = WeightsCache(folder: cache.folder, sizeLimit: 1_000_000)
      #expect(
        reason { _ = try small.file(server.url("a.pth"), hashPrefix: prefix) }
          == .tooLarge(limit: 1_000_000))
      #expect(names(cache) == [])
    }
  }

  @Test("a wrong length of a body is an interrupted download, however large")
  func lengths() throws {
    for length in ["400000", "9223372036854775807"] {
      try with(.init(content: content, statedLength: length)) { server, cache in
        for _ in 0..<2 {
          guard
            case .interrupted(_, let kept)? = reason({
              _ = try cache.file(server.url("a.pth"), hashPrefix: prefix) { _, _ in }
            })
          else {
            Issue.record("\(length)")
            return
          }
          #expect(kept == content.count)
          #expect(names(cache) == ["a.pth.part"])
          // The server has nothing more to send, so the second time it starts again.
        }
      }
    }
  }

  @Test("changed and shortened files never get their name")
  func tampered() throws {
    var changed = content
    changed[1000] ^= 1
    for body in [changed, Array(content.dropLast()), content + [0], [], Array("<html>".utf8)] {
      try with(.init(content: body)) { server, cache in
        guard
          case .wrongHash? = reason({
            _ = try cache.file(server.url("a.pth"), hashPrefix: prefix)
          })
        else {
          Issue.record("\(body.count) bytes")
          return
        }
        #expect(names(cache) == [])
      }
    }
  }

  @Test("a full disk is an error that names the file")
  func fullDisk() throws {
    try with(.init(content: content)) { server, cache in
      try FileManager.default.createDirectory(
        atPath: cache.folder, withIntermediateDirectories: true)
      #expect(symlink("/dev/full", "\(cache.folder)/a.pth.part") == 0)
      #expect(
        throws: DownloadError(.file(.unwritable(errno: ENOSPC)), "\(cache.folder)/a.pth.part")
      ) {
        try cache.file(server.url("a.pth"), hashPrefix: prefix)
      }
      #expect(!names(cache).contains("a.pth"))
    }
  }

  @Test("a pipe or a folder in the cache is refused")
  func notFiles() throws {
    try with(.init(content: content)) { server, cache in
      try FileManager.default.createDirectory(
        atPath: cache.folder + "/a.pth", withIntermediateDirectories: true)
      #expect(mkfifo("\(cache.folder)/b.pth", 0o600) == 0)
      for name in ["a.pth", "b.pth"] {
        #expect(
          reason { _ = try cache.file(server.url(name), hashPrefix: prefix) } == .notRegularFile)
      }
    }
  }

  @Test("the folder is LIGHTBOX_WEIGHTS, PyTorch's if it exists, or Lightbox's")
  func folders() throws {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    defer { try? FileManager.default.removeItem(atPath: home) }
    #expect(WeightsCache(environment: ["HOME": home]).folder == "\(home)/.cache/lightbox/weights")
    let torch = "\(home)/.cache/torch/hub/checkpoints"
    try FileManager.default.createDirectory(atPath: torch, withIntermediateDirectories: true)
    #expect(WeightsCache(environment: ["HOME": home]).folder == torch)
    #expect(
      WeightsCache(environment: ["HOME": home, "TORCH_HOME": "/t"]).folder == "/t/hub/checkpoints")
    #expect(WeightsCache(environment: ["LIGHTBOX_WEIGHTS": "/w", "HOME": home]).folder == "/w")
    #expect(WeightsCache(environment: ["HF_HUB_OFFLINE": "1"]).isOffline)
    #expect(WeightsCache(environment: ["LIGHTBOX_OFFLINE": "true"]).isOffline)
    #expect(!WeightsCache(environment: ["LIGHTBOX_OFFLINE": "0"]).isOffline)
  }

  @Test("known weights have unique names and hash prefixes in their file names")
  func known() throws {
    #expect(Set(KnownWeights.all.map(\.name)).count == KnownWeights.all.count)
    for weights in KnownWeights.all {
      #expect(weights.hashPrefix.count == 8 && UInt32(weights.hashPrefix, radix: 16) != nil)
      #expect(weights.url.hasPrefix("https://"))
    }
    #expect(try KnownWeights.named("resnet50").hashPrefix == "0676ba61")
    #expect(try KnownWeights.named("ResNet50.V2").architecture == "resnet50")
    #expect { try KnownWeights.named("resnet5") } throws: {
      "\($0)".hasPrefix("there are no published weights named \"resnet5\"; did you mean resnet50, ")
    }
    #expect { try WeightsCache(folder: "/none", isOffline: true).fetch("resnet50") } throws: {
      "\($0)" == "resnet50-0676ba61.pth: it is not in the cache (/none), and LIGHTBOX_OFFLINE or "
        + "HF_HUB_OFFLINE is set; unset the variable, or get "
        + "https://download.pytorch.org/models/resnet50-0676ba61.pth in another way and save it as "
        + "/none/resnet50-0676ba61.pth"
    }
  }
}
