import Foundation

/// Finds the files that are shipped beside the program.
///
/// The package manager's own accessor stops the program when its folder is missing, which is no way
/// to treat somebody who copied the program alone; here it is an error that says where was looked.
package enum BundledResource {
  /// The folder that the package manager makes of this target's resources.
  package static let bundle = "Lightbox_Datasets.resources"

  /// The path of a shipped file.
  ///
  /// - Parameters:
  ///   - name: The path inside the resources, such as `Samples/pneumonia28.tar.gz`.
  ///   - environment: The variables of the process.
  /// - Returns: A path that can be read.
  /// - Throws: `DatasetError` of reason `resourceMissing`.
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

  /// Where resources may lie, the user's own choice first.
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
