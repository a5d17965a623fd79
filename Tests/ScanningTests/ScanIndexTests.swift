import Files
import Foundation
import GRDB
import Imaging
import Scanning
import TestSupport
import Testing

@Suite("Indexes of scans")
struct ScanIndexTests {
  private func folder() throws -> ScanFolder {
    let work = try ScanFolder()
    for seed in 0..<6 { try work.film("films/\(seed).dcm", seed: seed, ["PatientID": "p\(seed)"]) }
    try work.film("films/twin.dcm", seed: 0, ["PatientID": "p0"])
    try work.write(Array("text".utf8), to: "films/readme.txt")
    return work
  }

  private func scan(_ work: ScanFolder, readsPixels: Bool = true) throws -> DataScan {
    var options = DataScan.Options()
    options.index = .file(work.path + "/index/scan.sqlite")
    options.readsPixels = readsPixels
    return try DataScan(of: work.path + "/films", options: options)
  }

  @Test("unchanged files are not read again, and give the same facts")
  func unchanged() throws {
    let work = try folder()
    let first = try scan(work)
    #expect(first.unchangedCount == 0 && first.files.count == 8)
    let second = try scan(work)
    #expect(second.unchangedCount == 8)
    #expect(second.files == first.files)
    #expect(
      ScanSummary(second).findings.map(\.text) == ScanSummary(first).findings.map(\.text))
  }

  @Test("changed, new and removed files are noticed; so are pixels that were not read before")
  func changes() throws {
    let work = try folder()
    let headers = try scan(work, readsPixels: false)
    #expect(headers.files.allSatisfy { $0.pixels == nil })
    // All but the text need their pixels.
    let whole = try scan(work)
    #expect(whole.unchangedCount == 1 && whole.files.count { $0.pixels != nil } == 7)
    #expect(try scan(work, readsPixels: false).unchangedCount == 8)
    try FileManager.default.removeItem(atPath: work.path + "/films/1.dcm")
    try work.film("films/2.dcm", seed: 9, ["PatientID": "p2", "ViewPosition": "AP"])
    try work.film("films/new.dcm", seed: 10)
    let third = try scan(work)
    #expect(third.unchangedCount == 6 && third.files.count == 8)
    #expect(third.files.first { $0.path == "2.dcm" }?.header.view == "AP")
    let queue = try DatabaseQueue(path: work.path + "/index/scan.sqlite")
    let paths = try queue.read { try String.fetchAll($0, sql: "select path from files order by 1") }
    #expect(paths == third.files.map(\.path))
  }

  @Test("a file of the same size and time but another inode is read again")
  func inode() throws {
    let work = try folder()
    _ = try scan(work)
    let path = work.path + "/films/3.dcm"
    var status = stat()
    stat(path, &status)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var changed = bytes
    changed[changed.count - 5] ^= 0xFF
    try changed.write(to: URL(fileURLWithPath: path + ".new"))
    rename(path + ".new", path)
    var times = [status.st_atim, status.st_mtim]
    utimensat(AT_FDCWD, path, &times, 0)
    #expect(try scan(work).unchangedCount == 7)
    // Written in place, with the old time: the time of the change of the inode is another.
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.write(contentsOf: bytes)
    try handle.close()
    utimensat(AT_FDCWD, path, &times, 0)
    #expect(try scan(work).unchangedCount == 7)
    #expect(try scan(work).unchangedCount == 8)
  }

  @Test("a damaged index is made anew; a file that is no index is refused")
  func damage() throws {
    let work = try folder()
    let first = try scan(work)
    let path = work.path + "/index/scan.sqlite"
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    for i in 4096..<bytes.count { bytes[i] = 0x5A }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let again = try scan(work)
    #expect(again.files.map(\.path) == first.files.map(\.path))
    #expect(try scan(work).unchangedCount == 8)
    for content in ["not a database", String(repeating: "x", count: 5000)] {
      try Data(content.utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: ScanError(.notAnIndex, path: path)) { try scan(work) }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    }
    let other = work.path + "/other.sqlite"
    let queue = try DatabaseQueue(path: other)
    try queue.write { try $0.execute(sql: "create table files (path)") }
    try queue.close()
    var options = DataScan.Options()
    options.index = .file(other)
    #expect(throws: ScanError(.notAnIndex, path: other)) {
      try DataScan(of: work.path + "/films", options: options)
    }
  }

  @Test("rows with values of other types are read from the files again")
  func oddRows() throws {
    let work = try folder()
    let first = try scan(work)
    let queue = try DatabaseQueue(path: work.path + "/index/scan.sqlite")
    try queue.write { db in
      for (path, change) in [
        ("0.dcm", "columns = 'wide'"), ("1.dcm", "kind = 'unreadable', fault = null"),
        ("2.dcm", "rows = -1"), ("3.dcm", "mean = 'x'"), ("4.dcm", "modality = zeroblob(10)"),
        ("5.dcm", "letters = 9223372036854775807"),
      ] {
        try db.execute(sql: "update files set \(change) where path = ?", arguments: [path])
      }
    }
    try queue.close()
    let second = try scan(work)
    #expect(second.unchangedCount == 2)
    #expect(second.files == first.files)
  }

  @Test("the cache is a file per folder; links to a folder share it; relative paths are ignored")
  func cachePath() throws {
    let work = try folder()
    try FileManager.default.createSymbolicLink(
      atPath: work.path + "/link", withDestinationPath: work.path + "/films")
    let variables = ["HOME": "/h", "XDG_CACHE_HOME": "/c"]
    let path = DataScan.cachePath(of: work.path + "/films", environment: variables)
    #expect(path.hasPrefix("/c/lightbox/scans/") && path.hasSuffix(".sqlite"))
    #expect(DataScan.cachePath(of: work.path + "/link", environment: variables) == path)
    #expect(DataScan.cachePath(of: work.path, environment: variables) != path)
    #expect(
      DataScan.cachePath(of: "/x", environment: ["HOME": "/h", "XDG_CACHE_HOME": "c"])
        .hasPrefix("/h/.cache/lightbox/scans/"))
  }
}
