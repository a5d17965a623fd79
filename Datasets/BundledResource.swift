import Foundation

/// Locates the files that are installed with the program.
///
/// SwiftPM's generated accessor traps if the folder is missing; this one throws an error with the
/// folders searched.
package enum BundledResource {
  /// The name of SwiftPM's folder with the resources of this target.
  package static let bundle = "Lightbox_Datasets.resources"

  /// Locates a bundled file.
  ///
  /// - Parameters:
  ///   - name: The path in the resources, such as `Samples/pneumonia28.tar.gz`.
  ///   - environment: The environment variables; `LIGHTBOX_RESOURCES` overrides the folders.
  /// - Returns: The path of a readable file.
  /// - Throws: `DatasetError` with reason `resourceMissing`.
  package static func path(
    of name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(DatasetError) -> String {
    let folders = folders(environment: environment)
    for folder in folders {
      for path in ["\(folder)/\(bundle)/\(name)", "\(folder)/\(name)"]
      where FileManager.default.isReadableFile(atPath: path) {
        return path
      }
    }
    throw DatasetError(.resourceMissing(searched: folders), path: name)
  }

  /// The folders to search: `LIGHTBOX_RESOURCES`, or those next to the program.
  package static func folders(environment: [String: String]) -> [String] {
    var folders: [String] = []
    if let chosen = environment["LIGHTBOX_RESOURCES"], !chosen.isEmpty {
      return [chosen]
    }
    for program in ["/proc/self/exe", CommandLine.arguments.first ?? ""] where !program.isEmpty {
      let folder = URL(fileURLWithPath: program).resolvingSymlinksInPath()
        .deletingLastPathComponent()
      let shared = folder.deletingLastPathComponent().appendingPathComponent("share/lightbox")
      folders += [folder.path, shared.path]
    }
    var seen: Set<String> = []
    return folders.filter { seen.insert($0).inserted }
  }
}
