import Files
import Foundation

/// The program that decodes.
enum DecodingProgram {
  /// The content of the program, and the files of the libraries that decode images.
  static let identity: String = {
    let program = (try? FileHash.sha256(ofFile: "/proc/self/exe")) ?? UUID().uuidString
    let decoders = ["libjpeg", "libopenjp2", "libpng", "libz.", "libdcm", "libofstd"]
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    let paths = maps.split(separator: "\n").compactMap { line -> String? in
      guard let start = line.firstIndex(of: "/") else { return nil }
      let path = String(line[start...])
      let name = PathParts(path).name
      return decoders.contains(where: name.hasPrefix) ? path : nil
    }
    let libraries = Set(paths).sorted().map { path in
      var facts = stat()
      stat(path, &facts)
      return "\(PathParts(path).name) \(facts.st_size) \(facts.st_mtim.tv_sec)"
    }
    return FileHash.sha256(Array("\(program)\n\(libraries.joined(separator: "\n"))".utf8))
  }()
}
