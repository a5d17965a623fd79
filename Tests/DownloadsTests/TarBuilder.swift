import Foundation

/// Tar archives in memory, byte by byte, so that tests can write what no program would.
enum TarBuilder {
  /// An entry with its header.
  ///
  /// - Parameters:
  ///   - name: The name, at most 100 bytes.
  ///   - content: The bytes of a file.
  ///   - type: The type flag, such as "0" (file), "5" (folder), "2" (link), "1" (hard link), "3" (device).
  ///   - target: The target of a link.
  ///   - size: The size in the header. Default: that of the content.
  /// - Returns: A header and blocks.
  static func entry(
    _ name: String, _ content: [UInt8] = [], type: Character = "0", target: String = "",
    size: Int? = nil
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ at: Int) {
      for (index, byte) in text.utf8.enumerated() { header[at + index] = byte }
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(name, 0)
    put("0000644", 100)
    put(octal(size ?? content.count, 11), 124)
    put("00000000000", 136)
    put(String(type), 156)
    put(target, 157)
    put("ustar", 257)
    put("00", 263)
    put("        ", 148)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + "\0 ", 148)
    let padding = (512 - content.count % 512) % 512
    return header + content + [UInt8](repeating: 0, count: padding)
  }

  /// A pax header for the next entry.
  static func pax(_ records: [String: String]) -> [UInt8] {
    var body = ""
    for (key, value) in records.sorted(by: { $0.key < $1.key }) {
      var length = key.utf8.count + value.utf8.count + 3
      while "\(length)".count + key.utf8.count + value.utf8.count + 3 != length { length += 1 }
      body += "\(length) \(key)=\(value)\n"
    }
    return entry("pax", Array(body.utf8), type: "x")
  }

  /// The entries and the end.
  static func archive(_ entries: [[UInt8]]) -> [UInt8] {
    entries.flatMap(\.self) + [UInt8](repeating: 0, count: 1024)
  }

  /// Compresses bytes with the program gzip.
  static func gzip(_ bytes: [UInt8], in folder: String) throws -> [UInt8] {
    let file = folder + "/plain-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    try run("/bin/gzip", ["-n", file])
    defer { try? FileManager.default.removeItem(atPath: file + ".gz") }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file + ".gz")))
  }

  static func run(_ program: String, _ arguments: [String], in folder: String? = nil) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw POSIXError(.EIO) }
  }
}

/// A folder that is removed at the end of the test.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "lightbox-archive-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], _ name: String = "archive") throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// All paths below a folder, sorted.
  func files(_ name: String) -> [String] {
    let found = FileManager.default.enumerator(atPath: "\(path)/\(name)")
    return (found?.allObjects as? [String] ?? []).sorted()
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}
