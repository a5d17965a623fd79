package import Foundation

/// Folders of the user for files that programs keep.
package enum UserFolders {
  /// A folder for files that can be made again: in `XDG_CACHE_HOME`, else in `~/.cache`.
  package static func cache(
    _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    let stated = environment["XDG_CACHE_HOME"] ?? ""
    // A relative path is invalid by the XDG specification.
    let caches =
      stated.hasPrefix("/") ? stated : "\(environment["HOME"] ?? NSHomeDirectory())/.cache"
    return "\(caches)/lightbox/\(name)"
  }
}
