package import Foundation

/// Reads a whole file that has at most `limit` bytes.
///
/// - Throws: `FileError`, also for a folder, a pipe or a device, which are not read.
package func readFile(_ path: String, limit: Int) throws(FileError) -> Data {
  // Without O_NONBLOCK, opening a pipe waits for its writer.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
  guard descriptor >= 0 else { throw FileError(.unreadable(errno: errno), path: path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw FileError(.unreadable(errno: errno), path: path)
  }
  guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.notAFile, path: path) }
  guard status.st_size <= limit else {
    throw FileError(.tooLarge(bytes: Int(status.st_size), limit: limit), path: path)
  }
  var data = Data()
  var buffer = [UInt8](repeating: 0, count: min(Int(status.st_size) + 1, 1 << 20))
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw FileError(.unreadable(errno: errno), path: path) }
    if count == 0 { return data }
    data.append(contentsOf: buffer[..<count])
    guard data.count <= limit else {
      throw FileError(.tooLarge(bytes: data.count, limit: limit), path: path)
    }
  }
}
