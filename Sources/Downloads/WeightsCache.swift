import Files
public import Foundation

/// The folder in which fetched weights are kept; PyTorch's own, where there is one, so that neither
/// fetches what the other has.
public struct WeightsCache: Sendable {
  /// The folder.
  public let folder: String
  /// True if nothing may be fetched.
  public let isOffline: Bool

  /// A cache in a folder.
  public init(folder: String, isOffline: Bool = false) {
    self.folder = folder
    self.isOffline = isOffline
  }

  /// The cache that the environment asks for.
  ///
  /// `LIGHTBOX_WEIGHTS` names it; else it is PyTorch's, `hub/checkpoints` in `TORCH_HOME` or in
  /// `~/.cache/torch`, if there; else `~/.cache/lightbox/weights`. `LIGHTBOX_OFFLINE` and
  /// `HF_HUB_OFFLINE` switch fetching off.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func isOn(_ name: String) -> Bool {
      ["1", "on", "yes", "true"].contains(environment[name]?.lowercased() ?? "")
    }
    isOffline = isOn("LIGHTBOX_OFFLINE") || isOn("HF_HUB_OFFLINE")
    let home = environment["HOME"] ?? NSHomeDirectory()
    let caches = environment["XDG_CACHE_HOME"] ?? "\(home)/.cache"
    let torch = "\(environment["TORCH_HOME"] ?? "\(caches)/torch")/hub/checkpoints"
    if let own = environment["LIGHTBOX_WEIGHTS"], !own.isEmpty {
      folder = own
    } else if FileManager.default.fileExists(atPath: torch) || environment["TORCH_HOME"] != nil {
      folder = torch
    } else {
      folder = "\(caches)/lightbox/weights"
    }
  }

  /// The path of a file that is in the cache, whole and of the right hash; fetched if it is not.
  ///
  /// - Parameters:
  ///   - url: Where it is published.
  ///   - hashPrefix: The first digits of its SHA-256, as torchvision and timm put them into names.
  ///   - progress: Told how many bytes are here, and how many there are in all (0: unknown).
  /// - Returns: The path, and whether the file was fetched just now.
  /// - Throws: `DownloadError`. What was fetched of a broken download stays, to go on from.
  public func file(
    _ url: String, hashPrefix: String,
    progress: @escaping (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws(DownloadError) -> (path: String, wasFetched: Bool) {
    let name = url.split(separator: "/").last.map(String.init) ?? url
    let path = "\(folder)/\(name)"
    if FileManager.default.fileExists(atPath: path) {
      let found = try hash(path)
      // Somebody else's file of this name is not ours to replace.
      guard found.hasPrefix(hashPrefix) else {
        throw DownloadError(
          .system(
            "the file in the cache is damaged (SHA-256 \(found.prefix(16))…, which should begin with "
              + "\(hashPrefix)); remove it, and it is fetched again"), path)
      }
      return (path, false)
    }
    guard !isOffline else { throw DownloadError(.offline(folder: folder), name) }
    do { try createFolder(folder) } catch {
      throw DownloadError(.file(error.reason), error.path)
    }
    try Download(url: url, part: "\(path).part").run(hashPrefix: hashPrefix, progress)
    guard rename("\(path).part", path) == 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), path)
    }
    return (path, true)
  }

  private func hash(_ path: String) throws(DownloadError) -> String {
    do { return try FileHash.sha256(ofFile: path) } catch {
      throw DownloadError(.file(error.reason), error.path)
    }
  }
}
