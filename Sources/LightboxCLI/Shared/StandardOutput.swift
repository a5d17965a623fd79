import Foundation
import Lightbox
import Synchronization

/// The standard output, of which every write is checked.
enum StandardOutput {
  /// The exit code of a program whose reader has left, as of one that SIGPIPE ends.
  private static let closedPipe: Int32 = 141
  private static let firstFailure = Atomic<Int32>(0)

  /// The `errno` of the first `emit` that failed; 0 if none did.
  static var failure: Int32 { firstFailure.load(ordering: .relaxed) }

  static func fail(_ code: Int32) { firstFailure.store(code, ordering: .relaxed) }

  /// Writes all of a text.
  ///
  /// - Returns: 0, or the `errno` of a failure.
  static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let base = rest.baseAddress, rest.count > 0 {
        let count = Glibc.write(descriptor, base, rest.count)
        if count >= 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else if errno == EAGAIN {
          // The other end may have made the pipe non-blocking.
          var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&entry, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  /// Ends the process after a failed write: quietly if the reader of a pipe has left.
  static func end(after code: Int32) -> Never {
    if code == EPIPE { TemporaryFiles.removeAll(exiting: closedPipe) }
    say("Error: cannot write to the standard output: \(systemWords(code))")
    TemporaryFiles.removeAll(exiting: 1)
  }

  /// Reports an `emit` that failed, and errors that come up when the output is closed.
  ///
  /// A training whose table had no reader has succeeded.
  static func finish() {
    if failure != 0, failure != EPIPE { end(after: failure) }
    if close(STDOUT_FILENO) != 0, errno != EBADF { end(after: errno) }
  }

  /// Opens descriptors 0 to 2 if they are closed, so that no file gets their numbers and what is printed.
  ///
  /// They are opened for the wrong direction: writing to a closed output stays an error.
  static func reserveDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
