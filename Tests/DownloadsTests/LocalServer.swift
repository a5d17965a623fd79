import Foundation
import Synchronization

/// A local HTTP server of one file with configurable faults.
final class LocalServer: Sendable {
  struct Behavior: Sendable {
    var content: [UInt8] = []
    /// Closes the connection after this number of bytes of the body.
    var breaksAfter: Int?
    /// Whether the server supports ranges.
    var knowsRanges = true
    var status = 200
    /// Redirects requests to /moved.
    var redirects = false
    /// Where requests are redirected, instead of an answer.
    var location: String?
    /// The length in the header, which may be wrong; nil: that of the body.
    var statedLength: String?
    /// Repeats the content without an end or a length.
    var isEndless = false
  }

  let port: UInt16
  private let descriptor: Int32
  private let state: Mutex<(behavior: Behavior, requests: [String])>

  init(_ behavior: Behavior) throws {
    state = Mutex((behavior, []))
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
        bind(descriptor, plain, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, plain, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread { [self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        answer(client)
        close(client)
      }
    }.start()
  }

  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func set(_ behavior: Behavior) { state.withLock { $0.behavior = behavior } }

  /// The headers of the requests so far.
  var requests: [String] { state.withLock { $0.requests } }

  func url(_ name: String) -> String { "http://127.0.0.1:\(port)/\(name)" }

  private func answer(_ client: Int32) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]), recv(client, &byte, 1, 0) == 1 {
      head.append(byte)
    }
    let text = String(decoding: head, as: UTF8.self)
    let behavior = state.withLock { state in
      state.requests.append(text)
      return state.behavior
    }
    if behavior.redirects, !text.hasPrefix("GET /moved") {
      put(client, Array("HTTP/1.1 302 Found\r\nLocation: /moved\r\nContent-Length: 0\r\n\r\n".utf8))
      return
    }
    if let location = behavior.location {
      put(
        client,
        Array("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n".utf8))
      return
    }
    if behavior.isEndless {
      put(client, Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8))
      while put(client, behavior.content) {}
      return
    }
    guard behavior.status == 200 else {
      put(client, Array("HTTP/1.1 \(behavior.status) No\r\nContent-Length: 2\r\n\r\nno".utf8))
      return
    }
    var body = behavior.content[...]
    var start = 0
    if behavior.knowsRanges, let range = text.range(of: "Range: bytes=") {
      start = Int(text[range.upperBound...].prefix { $0.isNumber }) ?? 0
      guard start < body.count else {
        put(client, Array("HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n".utf8))
        return
      }
      body = body[start...]
    }
    let line = start > 0 ? "206 Partial Content" : "200 OK"
    var answer =
      "HTTP/1.1 \(line)\r\nContent-Length: \(behavior.statedLength ?? "\(body.count)")\r\nConnection: close\r\n"
    if start > 0 {
      let all = behavior.content.count
      answer += "Content-Range: bytes \(start)-\(all - 1)/\(all)\r\n"
    }
    put(client, Array((answer + "\r\n").utf8))
    put(client, Array(body.prefix(behavior.breaksAfter ?? body.count)))
  }

  /// - Returns: False if the client closed the connection.
  @discardableResult
  private func put(_ client: Int32, _ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let sent = bytes[done...].withUnsafeBytes {
        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if sent <= 0 { return false }
      done += sent
    }
    return true
  }
}
