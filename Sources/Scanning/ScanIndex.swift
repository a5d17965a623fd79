import Files
import Foundation
import GRDB

/// The facts of files by path, in SQLite, so that unchanged files are not read again.
///
/// Identifiers are in it as hashes with a random salt that the index holds; paths are plain. The file is readable by its
/// owner only. An index that another program changed costs a new scan at worst: each value is checked, and a row that does
/// not fit is left out.
final class ScanIndex: Sendable {
  /// "LBsc" in the header of the file.
  static let applicationID: Int32 = 0x4C42_7363
  /// Increases with each change of the facts or of how they are measured.
  static let version = 2

  let path: String
  /// Makes the hashes of identifiers useless outside of this index.
  let salt: String
  private let database: DatabaseQueue

  /// Opens an index or creates it.
  ///
  /// - Parameters:
  ///   - path: The file; its folder is created.
  ///   - replacing: Whether a file that is no index is replaced.
  /// - Throws: `ScanError`.
  init(_ path: String, replacing: Bool) throws(ScanError) {
    self.path = path
    do throws(FileError) {
      let folder = PathParts(path).parent
      if !folder.isEmpty {
        for created in try createFolder(folder) where replacing { chmod(created, 0o700) }
      }
    } catch {
      throw ScanError(.file(error.reason), path: path)
    }
    switch Self.state(of: path) {
    case .index, .none: break
    case .otherVersion: Self.remove(path)
    case .foreign:
      guard replacing else { throw ScanError(.notAnIndex, path: path) }
      Self.remove(path)
    }
    do {
      (database, salt) = try Self.open(path)
    } catch let error as ScanError {
      throw error
    } catch {
      // A damaged index holds nothing that cannot be read again.
      guard Self.isDamage(error), Self.state(of: path) == .index || replacing else {
        throw ScanError(.database(Self.words(error)), path: path)
      }
      Self.remove(path)
      do {
        (database, salt) = try Self.open(path)
      } catch {
        throw ScanError(.database(Self.words(error)), path: path)
      }
    }
  }

  private enum State { case none, index, otherVersion, foreign }

  /// What a file is, by SQLite's header: the application and the version are at bytes 68 and 60.
  private static func state(of path: String) -> State {
    var status = stat()
    guard lstat(path, &status) == 0 else { return .none }
    guard status.st_mode & S_IFMT == S_IFREG else { return .foreign }
    if status.st_size == 0 { return .index }
    let head = FileHead.read(path, count: 100)
    func number(_ at: Int) -> Int32 { head[at..<at + 4].reduce(0) { $0 << 8 | Int32($1) } }
    guard head.count == 100, head.starts(with: Array("SQLite format 3\0".utf8)),
      number(68) == applicationID
    else { return .foreign }
    return number(60) == version ? .index : .otherVersion
  }

  private static func remove(_ path: String) {
    for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
  }

  private static func isDamage(_ error: any Error) -> Bool {
    guard let code = (error as? DatabaseError)?.resultCode else { return false }
    return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_TOOBIG]
      .contains(code)
  }

  private static func words(_ error: any Error) -> String {
    (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
  }

  private static func open(_ path: String) throws -> (DatabaseQueue, String) {
    // SQLite would create it with the mode of the process.
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ScanError(.file(.unwritable(errno: errno)), path: path)
    }
    fchmod(descriptor, 0o600)
    close(descriptor)
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      try db.execute(sql: "pragma trusted_schema = off; pragma synchronous = off")
    }
    let database = try DatabaseQueue(path: path, configuration: configuration)
    let salt = try database.write { db in
      let found = try Row.fetchOne(
        db, sql: "select sql from sqlite_master where name = 'files' and type = 'table'")
      if found == nil {
        try db.execute(
          sql: """
            pragma application_id = \(applicationID);
            pragma user_version = \(version);
            create table salt (value text not null);
            create table files (\(IndexColumns.declarations)) without rowid;
            """)
        var random = SystemRandomNumberGenerator()
        let salt = (0..<2).map { _ in String(random.next(), radix: 16) }.joined()
        try db.execute(sql: "insert into salt values (?)", arguments: [salt])
      }
      let row = try Row.fetchOne(db, sql: "select value from salt limit 1")
      guard case .string(let salt)? = row.map({ ($0[0] as DatabaseValue).storage }),
        salt.utf8.count >= 8, salt.utf8.count <= 64
      else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      return salt
    }
    return (database, salt)
  }

  /// All rows whose values are what they should be, by path.
  func load() throws(ScanError) -> [String: FileFacts] {
    do {
      return try database.read { db in
        var found: [String: FileFacts] = [:]
        let rows = try Row.fetchCursor(
          db, sql: "select \(IndexColumns.list) from files limit 20000000")
        while let row = try rows.next() {
          if let facts = IndexColumns.facts(row) { found[facts.path] = facts }
        }
        return found
      }
    } catch {
      throw ScanError(.database(Self.words(error)), path: path)
    }
  }

  /// Adds or replaces rows.
  func save(_ facts: [FileFacts]) throws(ScanError) {
    try change { db in
      let marks = IndexColumns.names.map { _ in "?" }.joined(separator: ", ")
      let statement = try db.cachedStatement(
        sql: "insert or replace into files (\(IndexColumns.list)) values (\(marks))")
      for file in facts {
        try statement.setArguments(StatementArguments(IndexColumns.values(file)))
        try statement.execute()
      }
    }
  }

  /// Removes the rows of files that are gone.
  func remove(_ paths: [String]) throws(ScanError) {
    try change { db in
      let statement = try db.cachedStatement(sql: "delete from files where path = ?")
      for path in paths {
        try statement.setArguments([path])
        try statement.execute()
      }
    }
  }

  private func change(_ body: (Database) throws -> Void) throws(ScanError) {
    do {
      try database.write(body)
    } catch {
      throw ScanError(.database(Self.words(error)), path: path)
    }
  }
}
