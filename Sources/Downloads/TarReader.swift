import Files

/// Reads a tar archive entry by entry: ustar, the older format, GNU's long names and pax headers.
///
/// Errors name the entry. Work is in proportion to the bytes that are read.
struct TarReader {
  enum Kind: Equatable {
    case file, folder
    case link(target: String)
    case other(String)
  }

  struct Entry {
    let name: String
    let kind: Kind
    let size: Int
  }

  private static let block = 512
  /// The most bytes of a long name or a pax header.
  private static let headerLimit = 1 << 16

  let archive: String
  /// Fills a buffer and returns the number of bytes; fewer only at the end.
  private let read: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int
  /// Bytes of the current entry that were not read.
  private var left = 0
  private var padding = 0

  init(
    _ archive: String,
    _ read: @escaping (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int
  ) {
    self.archive = archive
    self.read = read
  }

  /// Whether a block is a header: its checksum is right.
  static func isHeader(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.count >= block && isValid(Array(bytes.prefix(block)))
  }

  /// The next entry; nil at the end of the archive.
  mutating func next() throws(ArchiveError) -> Entry? {
    try skip()
    var longName: String?
    var longTarget: String?
    var longSize: Int?
    while true {
      guard let header = try block() else { return nil }
      if header.allSatisfy({ $0 == 0 }) {
        // The rest is read, so that its checksum is known.
        while try block() != nil {}
        return nil
      }
      guard Self.isValid(header) else {
        throw fault("the checksum of a header is wrong", longName)
      }
      let name = longName ?? Self.name(header)
      guard let stated = Self.number(header[124..<136]) else {
        throw fault("the size of an entry is no number", name)
      }
      let size = longSize ?? stated
      switch header[156] {
      case UInt8(ascii: "L"): longName = try text(stated)
      case UInt8(ascii: "K"): longTarget = try text(stated)
      case UInt8(ascii: "x"):
        let records = try pax(stated)
        if let path = records["path"] { longName = path }
        if let path = records["linkpath"] { longTarget = path }
        if let size = records["size"] {
          guard let value = Int(size), value >= 0 else {
            throw fault("the size in a pax header is no number", name)
          }
          longSize = value
        }
        if records.keys.contains(where: { $0.hasPrefix("GNU.sparse") }) {
          throw ArchiveError(.unsafeKind("sparse file"), archive: archive, entry: name)
        }
      case UInt8(ascii: "g"):
        // Comments of all entries.
        begin(stated)
        try skip()
      default:
        let kind = Self.kind(header, longTarget, name)
        let hasContent = kind == .file
        begin(hasContent ? size : 0)
        if !hasContent, stated > 0, kind == .folder { begin(stated) }
        return Entry(name: name, kind: kind, size: hasContent ? size : 0)
      }
    }
  }

  /// Reads bytes of the current entry; 0 at its end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
    let wanted = min(left, buffer.count)
    guard wanted > 0 else { return 0 }
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
    guard try read(part) == wanted else { throw fault("it ends within an entry", nil) }
    left -= wanted
    return wanted
  }

  private func fault(_ detail: String, _ entry: String?) -> ArchiveError {
    ArchiveError(.corrupt(detail), archive: archive, entry: entry)
  }

  private mutating func begin(_ size: Int) {
    left = size
    padding = (Self.block - size % Self.block) % Self.block
  }

  /// Reads over the rest of an entry.
  private mutating func skip() throws(ArchiveError) {
    var rest = left + padding
    (left, padding) = (0, 0)
    guard rest > 0 else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while rest > 0 {
      let wanted = min(rest, buffer.count)
      guard try read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])) == wanted else {
        throw fault("it ends within an entry", nil)
      }
      rest -= wanted
    }
  }

  private func block() throws(ArchiveError) -> [UInt8]? {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.block, alignment: 16)
    defer { buffer.deallocate() }
    let count = try read(buffer)
    if count == 0 { return nil }
    guard count == Self.block else { throw fault("it ends within a header", nil) }
    return Array(buffer)
  }

  /// The content of an entry that is a long name.
  private mutating func bytes(_ size: Int) throws(ArchiveError) -> [UInt8] {
    guard size <= Self.headerLimit else {
      throw fault("a name has \(size) bytes", nil)
    }
    begin(size)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 16)
    defer { buffer.deallocate() }
    let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
    guard count == size else { throw fault("it ends within a name", nil) }
    let bytes = Array(buffer[..<size])
    try skip()
    return bytes
  }

  private mutating func text(_ size: Int) throws(ArchiveError) -> String {
    FileName.text(try bytes(size).prefix { $0 != 0 })
  }

  /// The records of a pax header: "LENGTH KEY=VALUE\n".
  private mutating func pax(_ size: Int) throws(ArchiveError) -> [String: String] {
    let bytes = try bytes(size)
    var records: [String: String] = [:]
    var start = 0
    while start < bytes.count {
      var length = 0
      var at = start
      while at < bytes.count, (48...57).contains(bytes[at]), length <= bytes.count {
        length = length * 10 + Int(bytes[at] - 48)
        at += 1
      }
      guard at < bytes.count, bytes[at] == 32, length > at - start, start + length <= bytes.count,
        bytes[start + length - 1] == 10,
        let equals = bytes[at..<start + length].firstIndex(of: UInt8(ascii: "="))
      else { throw fault("a pax header is malformed", nil) }
      let key = String(decoding: bytes[at + 1..<max(at + 1, equals)], as: UTF8.self)
      let value = bytes[equals + 1..<start + length - 1]
      guard !value.contains(0) else { throw fault("a pax header has a zero byte", nil) }
      records[key] = FileName.text(value)
      start += length
    }
    return records
  }

  private static func isValid(_ header: [UInt8]) -> Bool {
    guard let stated = number(header[148..<156]) else { return false }
    var sum = 8 * 32
    for index in 0..<block where !(148..<156).contains(index) { sum += Int(header[index]) }
    return sum == stated
  }

  private static func name(_ header: [UInt8]) -> String {
    let name = header[..<100].prefix { $0 != 0 }
    let isUstar = header[257..<262].elementsEqual(Array("ustar".utf8)) && header[262] == 0
    let prefix = isUstar ? header[345..<500].prefix { $0 != 0 } : []
    return FileName.text(prefix.isEmpty ? Array(name) : Array(prefix) + [UInt8(ascii: "/")] + name)
  }

  private static func kind(_ header: [UInt8], _ longTarget: String?, _ name: String) -> Kind {
    switch header[156] {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): return name.hasSuffix("/") ? .folder : .file
    case UInt8(ascii: "5"): return .folder
    case UInt8(ascii: "2"):
      return .link(target: longTarget ?? FileName.text(header[157..<257].prefix { $0 != 0 }))
    case UInt8(ascii: "1"): return .other("hard link")
    case UInt8(ascii: "3"), UInt8(ascii: "4"): return .other("device")
    case UInt8(ascii: "6"): return .other("pipe")
    case UInt8(ascii: "S"): return .other("sparse file")
    default: return .other("entry of an unknown kind")
    }
  }

  /// An octal number, or GNU's binary one for large sizes; nil if it is neither or too large.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      var value = Int(first & 0x7F)
      for byte in field.dropFirst() {
        guard value < 1 << 48 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value < 1 << 50 ? value : nil
    }
    let digits = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
    guard digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - 48) }
  }
}
