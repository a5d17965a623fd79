public import Files
import Foundation
import Imaging
import Synchronization

/// An inventory of a folder of DICOM, PNG and JPEG files: what needs attention, and counts by property.
///
/// Files are recognized by their content. Pixels of the first frame are decoded unless `Options.readsPixels` is false.
public struct DataScan: Sendable {
  /// How a folder is scanned.
  public struct Options: Sendable {
    /// Whether pixels are decoded, which finds damaged, constant and equal images and burned-in text.
    public var readsPixels = true
    /// The index of unchanged files.
    ///
    /// Default: none.
    public var index: IndexChoice = .none
    /// The number of threads; nil: all cores.
    public var threads: Int?

    /// Creates options.
    public init() {}
  }

  /// Where the facts of unchanged files are kept.
  public enum IndexChoice: Sendable, Equatable {
    /// Nowhere: all files are read.
    case none
    /// In the user's cache: `$XDG_CACHE_HOME/lightbox/scans`, by the folder's path.
    case cache
    /// In a file.
    case file(String)
  }

  /// The scanned folder, as given.
  public let folder: String
  /// The facts of the files, sorted by path.
  package private(set) var files: [FileFacts]
  /// The paths of links whose target does not exist, sorted.
  package let danglingLinks: [String]
  /// The paths of pipes, sockets and devices, sorted; they are not read.
  package let specialFiles: [String]
  /// The subfolders that cannot be read.
  public let unreadableFolders: [FileError]
  /// The number of hidden files and folders, which are not read.
  package let hiddenCount: Int
  /// Whether pixels were read.
  package let readsPixels: Bool
  /// The number of files whose facts came from the index.
  public let unchangedCount: Int
  /// The path of the index; nil if there is none.
  public let indexPath: String?
  /// Why the index in the cache was not used; nil if it was, or none was wanted.
  public private(set) var indexProblem: ScanError?
  /// How the images compare with a table; nil without one.
  package var table: TableFacts?

  /// Whether there is no image, readable or not, and no other DICOM file.
  public var isEmpty: Bool {
    !files.contains { $0.kind != .foreign && $0.kind != .archive }
  }

  /// Whether a file or a folder could not be read.
  public var hasUnreadable: Bool {
    !unreadableFolders.isEmpty || files.contains { $0.kind == .unreadable }
  }

  /// Scans a folder and its subfolders; links are followed.
  ///
  /// - Parameters:
  ///   - folder: The path of the folder.
  ///   - options: What is read, and where facts are kept.
  ///   - progress: Called from any thread with the number of files that were read and of all that have to be.
  /// - Precondition: `options.threads` is at least 1.
  /// - Throws: `ScanError` if the folder cannot be read, or the index of `.file` cannot be used. Unreadable files are
  ///   part of the result.
  public init(
    of folder: String, options: Options = Options(),
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(ScanError) {
    let threads = options.threads ?? ProcessLimits.cores
    precondition(threads >= 1, "threads is at least 1, not \(threads)")
    self.folder = folder
    readsPixels = options.readsPixels
    guard FileName.exists(folder) else { throw ScanError(.noFolder, path: folder) }
    let (index, problem) = try Self.openIndex(options.index, folder: folder)
    indexPath = index?.path
    indexProblem = problem
    // The folder is listed while the index is read.
    let parts = concurrentMap([true, false], threads: threads) { isIndex in
      isIndex ? Part.index(Self.load(index)) : Part.folder(Self.list(folder))
    }
    var known: [String: FileFacts] = [:]
    var listing: Result<Listing, ScanError>?
    for part in parts {
      switch part {
      case .folder(let found): listing = found
      case .index(.success(let found)): known = found
      case .index(.failure(let error)):
        try Self.tolerating(options.index, &indexProblem) { () throws(ScanError) in throw error }
      }
    }
    guard let (walk, stamps) = try listing?.get() else { preconditionFailure("no listing") }
    danglingLinks = walk.danglingLinks
    specialFiles = walk.specialFiles
    unreadableFolders = walk.unreadableFolders
    hiddenCount = walk.hiddenCount
    let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let start = (root == "/" ? "" : root) + "/"
    let names = walk.files.map { String($0.utf8.dropFirst(start.utf8.count)) ?? $0 }
    var found = [FileFacts?](repeating: nil, count: names.count)
    for (position, name) in names.enumerated() {
      if let old = known[name], old.stamp == stamps[position], Self.isEnough(old, options) {
        found[position] = old
      }
    }
    let wanted = found.indices.filter { found[$0] == nil }
    unchangedCount = names.count - wanted.count
    let reader = FileReader(
      root: start, salt: index?.salt ?? Self.newSalt(), readsPixels: options.readsPixels)
    let done = Atomic<Int>(0)
    // Facts are saved part by part, so that an interrupted scan continues.
    for from in stride(from: 0, to: wanted.count, by: 4096) {
      let part = Array(wanted[from..<min(from + 4096, wanted.count)])
      let facts = concurrentMap(part, threads: threads) { position in
        let facts = reader.facts(names[position], stamps[position])
        let count = done.add(1, ordering: .relaxed).newValue
        if count % 64 == 0 || count == wanted.count { progress?(count, wanted.count) }
        return facts
      }
      for (position, file) in zip(part, facts) { found[position] = file }
      try Self.tolerating(options.index, &indexProblem) { () throws(ScanError) in
        try index?.save(facts)
      }
    }
    files = found.compactMap(\.self)
    let hashed = addContent(root: start, threads)
    let present = Set(names)
    let gone = known.keys.filter { !present.contains($0) }
    try Self.tolerating(options.index, &indexProblem) { () throws(ScanError) in
      if !hashed.isEmpty { try index?.save(hashed) }
      if !gone.isEmpty { try index?.remove(gone) }
    }
  }

  private typealias Listing = (walk: FolderWalk, stamps: [FileStamp])

  private enum Part {
    case index(Result<[String: FileFacts], ScanError>)
    case folder(Result<Listing, ScanError>)
  }

  private static func load(_ index: ScanIndex?) -> Result<[String: FileFacts], ScanError> {
    do throws(ScanError) { return .success(try index?.load() ?? [:]) } catch {
      return .failure(error)
    }
  }

  private static func list(_ folder: String) -> Result<Listing, ScanError> {
    do throws(FileError) {
      let walk = try FolderWalk(folder)
      return .success((walk, stamps(walk.files)))
    } catch {
      let isMissing = error.reason == .unreadable(errno: ENOENT)
      return .failure(ScanError(isMissing ? .noFolder : .file(error.reason), path: folder))
    }
  }

  /// Whether facts in the index are all that is wanted.
  private static func isEnough(_ facts: FileFacts, _ options: Options) -> Bool {
    // Permissions and disks change without a change of the file.
    if facts.fault == "unreadable" { return false }
    return !options.readsPixels || !facts.isImage || facts.pixels != nil
  }

  private static func newSalt() -> String {
    var random = SystemRandomNumberGenerator()
    return "\(random.next())\(random.next())"
  }

  private static func stamps(_ paths: [String]) -> [FileStamp] {
    paths.map { FileStamp($0) ?? FileStamp() }
  }

  /// Adds checksums of the files whose ends are equal to another's, and returns those that were computed.
  private mutating func addContent(root: String, _ threads: Int) -> [FileFacts] {
    var groups: [String: [Int]] = [:]
    for (position, file) in files.enumerated() where file.isImage || file.kind == .report {
      if let ends = file.ends { groups[ends, default: []].append(position) }
    }
    let wanted = groups.values.filter { $0.count > 1 }.flatMap(\.self).sorted()
      .filter { files[$0].content == nil }
    let paths = wanted.map { root + files[$0].path }
    let sums = concurrentMap(paths, threads: threads) { path in
      (try? FileHash.sha256(ofFile: path)).map { String($0.prefix(32)) }
    }
    for (position, sum) in zip(wanted, sums) { files[position].content = sum }
    return wanted.map { files[$0] }
  }

  private static func openIndex(
    _ choice: IndexChoice, folder: String
  ) throws(ScanError) -> (ScanIndex?, ScanError?) {
    switch choice {
    case .none: return (nil, nil)
    case .file(let path): return (try ScanIndex(path, replacing: false), nil)
    case .cache:
      do throws(ScanError) {
        return (try ScanIndex(cachePath(of: folder), replacing: true), nil)
      } catch {
        return (nil, error)
      }
    }
  }

  /// A full disk or another process is no reason to lose a scan, unless the user named the file.
  private static func tolerating(
    _ choice: IndexChoice, _ problem: inout ScanError?, _ body: () throws(ScanError) -> Void
  ) throws(ScanError) {
    do throws(ScanError) { try body() } catch {
      guard choice == .cache else { throw error }
      problem = error
    }
  }

  /// The path of a folder's index in the user's cache.
  ///
  /// - Parameters:
  ///   - folder: The folder; links and `..` in its path are resolved.
  ///   - environment: The variables of the process.
  /// - Returns: The path, which may not exist.
  package static func cachePath(
    of folder: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    var real = folder
    if let resolved = realpath(FileName.bytes(of: folder), nil) {
      real = FileName.text(
        UnsafeBufferPointer(start: resolved, count: strlen(resolved)).map { UInt8(bitPattern: $0) })
      free(resolved)
    }
    let name = FileHash.sha256(Array(real.utf8)).prefix(32)
    return "\(UserFolders.cache("scans", environment: environment))/\(name).sqlite"
  }
}
