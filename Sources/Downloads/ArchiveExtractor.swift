import CZip
import Files
import Foundation

/// Extracts a tar or zip archive into a new folder, and refuses what data have no use for.
///
/// Refused with the name of the entry: absolute paths and "..", links to what is not in the folder, hard links, devices,
/// pipes, two entries of one path, more bytes or entries than the limits. Links are created after all files, so nothing is
/// written through one. Modes and owners of the archive are ignored.
package struct ArchiveExtractor {
  /// The largest number of entries.
  package var entryLimit = 2_000_000
  /// The largest number of bytes of all files; nil: 100 times those of the archive and 64 MiB.
  package var byteLimit: Int?

  /// The most bytes of a path, as Linux has.
  private static let pathLimit = 4000
  private static let depthLimit = 100
  /// The largest file in a zip archive, which is decompressed in memory.
  private static let zipEntryLimit = 1 << 30

  private let archive: String
  private let folder: String
  private let progress: (_ done: Int, _ total: Int) -> Void

  /// Describes an extraction.
  ///
  /// - Parameters:
  ///   - archive: The file.
  ///   - folder: The folder, which exists and is empty.
  ///   - progress: Called with the number of bytes of the archive so far and in total.
  package init(
    _ archive: String, into folder: String,
    progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) {
    self.archive = archive
    self.folder = folder
    self.progress = progress
  }

  private struct State {
    var entries = 0
    var bytes = 0
    var links: [(name: String, target: String)] = []
    /// Folders that exist.
    var folders: Set<String> = [""]
  }

  /// Extracts all entries.
  ///
  /// - Returns: The number of files.
  /// - Throws: `ArchiveError`. The folder has some of the files then.
  @discardableResult
  package func run() throws(ArchiveError) -> Int {
    let head = FileHead.read(archive, count: 512)
    var state = State()
    let limit = byteLimit ?? (64 << 20) + 100 * Self.size(of: archive)
    if head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6]) {
      try extractZip(&state, limit)
    } else {
      guard head.starts(with: [0x1F, 0x8B]) || TarReader.isHeader(head) else {
        throw ArchiveError(
          head.isEmpty && Self.size(of: archive) < 0
            ? .file(.unreadable(errno: ENOENT))
            : .notAnArchive, archive: archive)
      }
      try extractTar(&state, limit)
    }
    try createLinks(state)
    return state.entries
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : -1
  }

  private func refused(_ reason: ArchiveError.Reason, _ entry: String? = nil) -> ArchiveError {
    ArchiveError(reason, archive: archive, entry: entry)
  }

  // MARK: - Tar

  private func extractTar(_ state: inout State, _ limit: Int) throws(ArchiveError) {
    let source = try GunzipSource(archive)
    let total = Self.size(of: archive)
    var tar = TarReader(archive) { buffer throws(ArchiveError) in try source.fill(buffer) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var first = true
    while let entry = try next(&tar, isFirst: first) {
      first = false
      try count(&state, entry.name)
      let path = try checked(entry.name)
      switch entry.kind {
      case .other(let kind): throw refused(.unsafeKind(kind), entry.name)
      case .link(let target):
        guard !path.isEmpty else { throw refused(.unsafePath, entry.name) }
        state.links.append((path, target))
      case .folder: try createFolders(path, &state, entry.name)
      case .file:
        // A bomb states its size, and is refused before the disk is full.
        guard state.bytes <= limit - entry.size else {
          throw refused(.tooLarge(limit: limit), entry.name)
        }
        state.bytes += entry.size
        try write(path, &state, entry.name) { (descriptor) throws(ArchiveError) in
          while case let count = try tar.read(into: buffer), count > 0 {
            try put(descriptor, UnsafeRawBufferPointer(rebasing: buffer[..<count]), entry.name)
          }
        }
      }
      progress(source.position, total)
    }
  }

  /// A gzip file that has no tar archive in it is not an archive.
  private func next(_ tar: inout TarReader, isFirst: Bool) throws(ArchiveError) -> TarReader.Entry?
  {
    do throws(ArchiveError) {
      return try tar.next()
    } catch {
      if isFirst, error.entry == nil, error.reason == .corrupt("the checksum of a header is wrong")
      {
        throw refused(.notAnArchive)
      }
      throw error
    }
  }

  // MARK: - Zip

  private func extractZip(_ state: inout State, _ limit: Int) throws(ArchiveError) {
    let descriptor = open(archive, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw refused(.file(.unreadable(errno: errno))) }
    defer { close(descriptor) }
    var message = [CChar](repeating: 0, count: 300)
    func words() -> String {
      String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    let size = max(0, Self.size(of: archive))
    guard let zip = lb_zip_open(nil, descriptor, size, &message, message.count) else {
      throw refused(.corrupt(words()))
    }
    defer { lb_zip_close(zip) }
    let count = Int(lb_zip_count(zip))
    guard count <= entryLimit else { throw refused(.tooManyEntries(limit: entryLimit)) }
    for index in 0..<count {
      var record = lb_zip_record()
      lb_zip_describe(zip, Int64(index), &record)
      guard let start = record.name else { throw refused(.corrupt("a record is unreadable")) }
      let name = FileName.text(
        UnsafeRawBufferPointer(start: start, count: strlen(start)).map { $0 })
      try self.count(&state, name)
      let path = try checked(name)
      if name.hasSuffix("/") {
        try createFolders(path, &state, name)
        continue
      }
      guard record.is_plain != 0 else { throw refused(.unsafeKind("encrypted file"), name) }
      guard record.size <= UInt64(Self.zipEntryLimit), state.bytes <= limit - Int(record.size)
      else {
        throw refused(.tooLarge(limit: min(limit, Self.zipEntryLimit)), name)
      }
      // Deflate compresses 1032-fold at most, so a small record cannot be large.
      guard record.size <= 1100 * record.stored + 1024 else {
        throw refused(.corrupt("the sizes of a record contradict each other"), name)
      }
      state.bytes += Int(record.size)
      let size = Int(record.size)
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, size), alignment: 16)
      defer { bytes.deallocate() }
      guard lb_zip_read(zip, Int64(index), bytes.baseAddress, size, &message, message.count) != 0
      else { throw refused(.corrupt(words()), name) }
      try write(path, &state, name) { (descriptor) throws(ArchiveError) in
        try put(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<size]), name)
      }
      progress(index + 1, count)
    }
  }

  // MARK: - Files

  private func count(_ state: inout State, _ name: String) throws(ArchiveError) {
    state.entries += 1
    if state.entries > entryLimit { throw refused(.tooManyEntries(limit: entryLimit), name) }
  }

  /// The path without "." and double slashes; empty for the folder itself.
  private func checked(_ name: String) throws(ArchiveError) -> String {
    guard !name.isEmpty, !name.hasPrefix("/"), name.utf8.count <= Self.pathLimit,
      !name.utf8.contains(0)
    else { throw refused(.unsafePath, name) }
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard !parts.contains(".."), parts.count <= Self.depthLimit,
      parts.allSatisfy({ $0.utf8.count <= 255 })
    else { throw refused(.unsafePath, name) }
    return parts.joined(separator: "/")
  }

  private func createFolders(
    _ path: String, _ state: inout State, _ entry: String
  ) throws(ArchiveError) {
    if state.folders.contains(path) { return }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    try createFolders(parent, &state, entry)
    guard mkdir(full(path), 0o777) == 0 else {
      let code = errno
      throw refused(code == EEXIST ? .clash : .file(.folderNotCreated(errno: code)), entry)
    }
    state.folders.insert(path)
  }

  private func full(_ path: String) -> [CChar] { FileName.bytes(of: "\(folder)/\(path)") }

  private func write(
    _ path: String, _ state: inout State, _ entry: String,
    _ body: (Int32) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    guard !path.isEmpty else { throw refused(.unsafePath, entry) }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    try createFolders(parent, &state, entry)
    let descriptor = open(
      full(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      throw refused(code == EEXIST ? .clash : .file(.unwritable(errno: code)), entry)
    }
    defer { close(descriptor) }
    try body(descriptor)
  }

  private func put(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ entry: String
  ) throws(ArchiveError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw refused(.file(.unwritable(errno: errno)), entry)
      }
      done += count
    }
  }

  // MARK: - Links

  /// Creates the links, and checks where each of them leads when all exist.
  private func createLinks(_ state: State) throws(ArchiveError) {
    guard !state.links.isEmpty else { return }
    var state = state
    for (name, target) in state.links {
      let parent = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
      guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0),
        staysInside(parent, target)
      else { throw refused(.unsafeLink, name) }
      try createFolders(parent, &state, name)
      guard symlink(FileName.bytes(of: target), full(name)) == 0 else {
        let code = errno
        throw refused(code == EEXIST ? .clash : .file(.unwritable(errno: code)), name)
      }
    }
    guard let root = realpath(FileName.bytes(of: folder), nil) else {
      throw refused(.file(.unreadable(errno: errno)))
    }
    defer { free(root) }
    let start = String(cString: root) + "/"
    for (name, _) in state.links {
      // A link through another one may lead elsewhere than its text says.
      guard let real = realpath(full(name), nil) else { throw refused(.unsafeLink, name) }
      defer { free(real) }
      guard String(cString: real).hasPrefix(start) else { throw refused(.unsafeLink, name) }
    }
  }

  private func staysInside(_ parent: String, _ target: String) -> Bool {
    var depth = parent.split(separator: "/").count
    for part in target.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }
}
