import CCrypto
package import Foundation

/// A SHA-256 checksum, computed by OpenSSL.
package struct FileHash: ~Copyable {
  private let context: OpaquePointer

  /// The MD5 checksum of bytes, for archives whose publisher states no other: 32 hexadecimal digits; nil where
  /// OpenSSL is configured without it.
  package static func md5(_ bytes: [UInt8]) -> String? {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_md5(), nil) == 1 else { return nil }
    return hexadecimal(digest[..<Int(count)])
  }

  private static func hexadecimal(_ digest: ArraySlice<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Starts a checksum.
  package init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes.
  package borrowing func update(_ bytes: some ContiguousBytes) {
    bytes.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  /// Returns the checksum: 64 lowercase hexadecimal digits.
  package consuming func finalize() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return Self.hexadecimal(digest[...])
  }

  /// The checksum of bytes in memory.
  package static func sha256(_ bytes: some ContiguousBytes) -> String {
    let hash = FileHash()
    hash.update(bytes)
    return hash.finalize()
  }

  /// The checksum of a file.
  ///
  /// - Throws: `FileError`.
  package static func sha256(ofFile path: String) throws(FileError) -> String {
    let descriptor = open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.unreadable(errno: errno), path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(.notAFile, path: path)
    }
    let hash = FileHash()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw FileError(.unreadable(errno: errno), path: path) }
      if count == 0 { return hash.finalize() }
      hash.update(buffer[..<count])
    }
  }
}
