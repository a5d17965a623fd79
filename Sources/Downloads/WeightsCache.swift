import Files
public import Foundation

/// The folder of downloaded weights: that of PyTorch's `torch.hub` if it exists.
public struct WeightsCache: Sendable {
  /// The folder.
  package let folder: String
  /// Whether downloads are disabled.
  package let isOffline: Bool

  /// The largest size of a downloaded file in bytes.
  private let sizeLimit: Int

  package init(folder: String, isOffline: Bool = false, sizeLimit: Int = 4 << 30) {
    self.folder = folder
    self.isOffline = isOffline
    self.sizeLimit = sizeLimit
  }

  /// Creates the cache that the environment configures.
  ///
  /// The folder is `LIGHTBOX_WEIGHTS`. Default: PyTorch's (`hub/checkpoints` in `TORCH_HOME` or in
  /// `~/.cache/torch`) if it exists, else `~/.cache/lightbox/weights`. `LIGHTBOX_OFFLINE=1` and
  /// `HF_HUB_OFFLINE=1` disable downloads.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func isOn(_ name: String) -> Bool {
      ["1", "on", "yes", "true"].contains(environment[name]?.lowercased() ?? "")
    }
    isOffline = isOn("LIGHTBOX_OFFLINE") || isOn("HF_HUB_OFFLINE")
    sizeLimit = 4 << 30
    let home = environment["HOME"] ?? NSHomeDirectory()
    let caches = environment["XDG_CACHE_HOME"] ?? "\(home)/.cache"
    let torch = "\(environment["TORCH_HOME"] ?? "\(caches)/torch")/hub/checkpoints"
    if let own = environment["LIGHTBOX_WEIGHTS"], !own.isEmpty {
      folder = own
    } else if FileManager.default.fileExists(atPath: torch) || environment["TORCH_HOME"] != nil {
      folder = torch
    } else {
      folder = UserFolders.cache("weights", environment: environment)
    }
  }

  /// Returns the path of published weights, after downloading them if they are not in the cache.
  ///
  /// - Parameters:
  ///   - name: The name of the weights, such as "resnet50" or "resnet50.v2".
  ///   - progress: Called with the number of bytes so far and in total (0: unknown).
  /// - Returns: The path, and whether the file was downloaded.
  /// - Throws: `DownloadError`. The next call resumes a partial download.
  public func fetch(
    _ name: String, progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(DownloadError) -> (path: String, wasDownloaded: Bool) {
    let weights = try KnownWeights.named(name)
    return try file(weights.url, hashPrefix: weights.hashPrefix, progress: progress)
  }

  /// The path at which the cache stores a file.
  package func path(of fileName: String) -> String { "\(folder)/\(fileName)" }

  /// Returns the path of the file of a URL, after downloading it if it is not in the cache.
  ///
  /// - Parameters:
  ///   - url: The URL; its last component is the name in the cache.
  ///   - hashPrefix: The first digits of the file's SHA-256.
  ///   - progress: Called with the number of bytes so far and in total (0: unknown).
  /// - Returns: The path, and whether the file was downloaded.
  /// - Throws: `DownloadError`. The next call resumes a partial download.
  package func file(
    _ url: String, hashPrefix: String,
    progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(DownloadError) -> (path: String, wasDownloaded: Bool) {
    let name = url.split(separator: "/").last.map(String.init) ?? url
    let path = path(of: name)
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw DownloadError(.notRegularFile, path) }
      let found = try sha256(path)
      // Not replaced, because the folder may be shared with PyTorch.
      guard found.hasPrefix(hashPrefix) else {
        throw DownloadError(.wrongHashInCache(expectedPrefix: hashPrefix, found: found), path)
      }
      return (path, false)
    }
    guard !isOffline else { throw DownloadError(.offline(folder: folder, url: url), name) }
    let created: [String]
    do { created = try createFolder(folder) } catch {
      throw DownloadError(.file(error.reason), error.path)
    }
    // Folders that are empty in the end, as after a failure. What was downloaded is kept to resume.
    defer { for folder in created.reversed() { rmdir(folder) } }
    try Download(url: url, part: "\(path).part", sizeLimit: sizeLimit).run(
      hashPrefix: hashPrefix, progress)
    guard rename("\(path).part", path) == 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), path)
    }
    return (path, true)
  }
}

/// The SHA-256 of a file.
func sha256(_ path: String) throws(DownloadError) -> String {
  do { return try FileHash.sha256(ofFile: path) } catch {
    throw DownloadError(.file(error.reason), error.path)
  }
}
