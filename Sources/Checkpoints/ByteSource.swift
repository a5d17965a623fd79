import Files
import Foundation

/// The bytes of a file of weights, read from the file on request, or in memory.
///
/// A file is not mapped: if it became shorter, touching a mapped page would end the process by SIGBUS. Reading a
/// tensor straight into its memory is also no slower, as it needs no page faults of the mapping.
struct ByteSource: Sendable {
  private enum Content: Sendable {
    case memory(Data)
    case file(OpenFile)
  }

  private let content: Content
  /// The number of bytes when the file was opened.
  let count: Int

  init(_ data: Data) {
    content = .memory(data)
    count = data.count
  }

  /// Opens a file, which stays open as long as the value exists, so that another file can replace it.
  init(contentsOf path: String) throws(CheckpointError) {
    func fail(_ code: Int32) -> CheckpointError {
      CheckpointError(.file(.unreadable(errno: code)), path: path)
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw fail(errno) }
    // A device or a pipe may be endless, or wait for a writer.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(.notRegularFile, path: path)
    }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw fail(errno) }
    let file = OpenFile(descriptor)
    guard let state = file.state else { throw fail(errno) }
    guard state.isRegular else { throw CheckpointError(.notRegularFile, path: path) }
    content = .file(file)
    count = state.size
  }

  /// Copies bytes at an offset.
  ///
  /// - Throws: `ParseError` if the file became shorter, or cannot be read.
  /// - Precondition: The bytes are inside of `count`.
  func read(_ offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ParseError) {
    precondition(
      offset >= 0 && target.count <= count - offset,
      "\(target.count) bytes at \(offset) of \(count)")
    switch content {
    case .memory(let data):
      data.withUnsafeBytes {
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + target.count]))
      }
    case .file(let file):
      var done = 0
      while done < target.count, let base = target.baseAddress {
        let got = pread(file.descriptor, base + done, target.count - done, off_t(offset + done))
        if got < 0 {
          if errno == EINTR { continue }
          throw ParseError(.file(.unreadable(errno: errno)))
        }
        guard got > 0 else { throw ParseError(.changed) }
        done += got
      }
    }
  }

  /// A copy of bytes at an offset.
  func bytes(_ offset: Int, _ count: Int) throws(ParseError) -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let bytes = UnsafeMutableRawBufferPointer(buffer)
        try read(offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
        initialized = count
      }
    } catch let error as ParseError {
      throw error
    } catch {
      throw ParseError(.changed)
    }
  }

  /// - Throws: `ParseError` if the file was written since it was opened.
  func checkUnchanged() throws(ParseError) {
    guard case .file(let file) = content else { return }
    guard let now = file.state, now == file.initial else { throw ParseError(.changed) }
  }

  /// Calls `body` with the bytes, or with the descriptor of the file.
  func withContent<Result>(
    memory: (UnsafeRawBufferPointer) -> Result, file: (Int32) -> Result
  ) -> Result {
    switch content {
    case .memory(let data): data.withUnsafeBytes(memory)
    case .file(let open): file(open.descriptor)
    }
  }
}

/// A file descriptor that is closed with its last reference.
private final class OpenFile: Sendable {
  struct State: Equatable, Sendable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int
    let isRegular: Bool
  }

  let descriptor: Int32
  let initial: State?

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    initial = Self.state(descriptor)
  }

  deinit { close(descriptor) }

  /// The size and the time of the last change; nil if the system refuses.
  var state: State? { Self.state(descriptor) }

  private static func state(_ descriptor: Int32) -> State? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return State(
      size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec, isRegular: status.st_mode & S_IFMT == S_IFREG)
  }
}
