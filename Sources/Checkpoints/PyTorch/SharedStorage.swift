import Synchronization

/// The storage that was read last, if several tensors share it.
///
/// A file can name one large storage in thousands of tensors; reading these one by one must not read it as often.
final class SharedStorage: Sendable {
  /// @unchecked: the bytes are written before they are stored here, and freed with the last reference.
  private final class Content: @unchecked Sendable {
    let identifier: Int
    let bytes: UnsafeMutableRawBufferPointer

    init(_ identifier: Int, _ bytes: UnsafeMutableRawBufferPointer) {
      self.identifier = identifier
      self.bytes = bytes
    }

    deinit { bytes.deallocate() }
  }

  private struct State {
    var last: Content?
    var bytesRead = 0
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: The number of bytes that all storages together may take.
  init(limit: Int) { self.limit = limit }

  /// Calls `body` with the bytes of a storage, which `read` allocates unless it is the last one.
  func with(
    _ identifier: Int, _ read: () throws(ParseError) -> UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) {
    let known = state.withLock { $0.last?.identifier == identifier ? $0.last : nil }
    let content: Content
    if let known {
      content = known
    } else {
      content = Content(identifier, try read())
      let total = state.withLock { state in
        state.last = content
        state.bytesRead += content.bytes.count
        return state.bytesRead
      }
      guard total <= limit else {
        throw .malformed("its tensors share storages in a way that takes too long to read")
      }
    }
    withExtendedLifetime(content) { body(UnsafeRawBufferPointer(content.bytes)) }
  }
}
