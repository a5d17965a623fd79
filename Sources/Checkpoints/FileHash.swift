import CZip
public import Foundation

/// The SHA-256 of a file.
public struct FileHash: Sendable {
  private var state = lb_sha256()

  /// Starts a hash.
  public init() { lb_sha256_begin(&state) }

  /// The hash of a file, in 64 hexadecimal digits.
  ///
  /// - Throws: `CheckpointError` if it cannot be read.
  public static func sha256(of path: String) throws(CheckpointError) -> String {
    var hash = FileHash()
    hash.add(try mapped(path))
    return hash.finish()
  }

  /// Adds bytes.
  public mutating func add(_ bytes: some ContiguousBytes) {
    bytes.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { lb_sha256_add(&state, base, bytes.count) }
    }
  }

  /// Ends the hash: 64 hexadecimal digits.
  public mutating func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    lb_sha256_end(&state, &digest)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
