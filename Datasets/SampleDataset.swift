import Foundation

/// A small real data set that is shipped with Lightbox, as a packed archive.
public struct SampleDataset: Sendable, Equatable {
  /// The name it is asked for by.
  public let name: String
  /// What it holds, in one line.
  public let summary: String
  /// Its license.
  public let license: String
  /// Whom to name when it is used.
  public let attribution: String
  /// The SHA-256 checksum of the archive, 64 hexadecimal digits.
  public let checksum: String
  /// The path of the archive in the resources.
  package let archive: String
  /// What the archive holds at its top.
  package let entries: Set<String>

  /// 5,030 real chest radiographs of children, 28 x 28 pixels, with and without pneumonia.
  public static let pneumonia28 = SampleDataset(
    name: "pneumonia28",
    summary: "5,030 real chest radiographs of children as DICOM, 28 x 28, Normal or Pneumonia",
    license: "CC BY 4.0",
    attribution: "PneumoniaMNIST of MedMNIST v2 (Yang et al., Scientific Data 2023); "
      + "source Kermany et al. 2018",
    checksum: "9e4e21553d6b20d1325f0b7809d9ffa454b5dd0c97bb225674fefb603bb055b8",
    archive: "Samples/pneumonia28.tar.gz",
    entries: ["README.md", "labels.csv", "train", "val", "test"])

  /// Every sample.
  public static let all = [pneumonia28]

  /// Finds a sample by its name.
  ///
  /// - Throws: `DatasetError` of reason `unknownSample`, with the nearest name.
  public static func named(_ name: String) throws(DatasetError) -> SampleDataset {
    if let sample = all.first(where: { $0.name == name.lowercased() }) { return sample }
    let known = all.map(\.name)
    throw DatasetError(
      .unknownSample(nearest: Names.nearest(to: name, among: known), known: known), path: name)
  }

  /// Unpacks the sample into a folder.
  ///
  /// The archive's checksum is checked first. The folder is filled at once at the end: an interruption
  /// leaves no half data set.
  ///
  /// - Parameters:
  ///   - folder: Where to; made if it is missing.
  ///   - overwrite: Whether such a data set that is already there is replaced.
  /// - Returns: How many files were unpacked.
  /// - Throws: `DatasetError`.
  @discardableResult
  public func unpack(to folder: String, overwrite: Bool = false) throws(DatasetError) -> Int {
    let path = try BundledResource.path(of: archive)
    return try unpack(archiveAt: path, to: folder, overwrite: overwrite)
  }

  /// Unpacks the sample from an archive at a known place.
  package func unpack(
    archiveAt path: String, to folder: String, overwrite: Bool
  ) throws(DatasetError) -> Int {
    let stage = try StagedFolder(target: folder, entries: entries, overwrite: overwrite)
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw DatasetError(.cannotRead(error.localizedDescription), path: path)
    }
    let found = SHA256.hexadecimal(of: bytes)
    guard found == checksum else {
      throw DatasetError(.checksum(expected: checksum, found: found), path: path)
    }
    try Self.untar(path, into: stage.staging)
    let files = Self.countFiles(in: stage.staging)
    try stage.commit(last: "labels.csv")
    return files
  }

  /// Runs the system's tar, which every Debian has.
  private static func untar(_ archive: String, into folder: String) throws(DatasetError) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "tar", "--extract", "--gzip", "--file", archive, "--directory", folder,
      "--strip-components=1", "--no-same-owner", "--no-same-permissions",
    ]
    let complaints = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = complaints
    do {
      try process.run()
    } catch {
      throw DatasetError(.unpacking(error.localizedDescription), path: archive)
    }
    let words = String(
      decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      if words.contains("No space left") {
        throw DatasetError(.noSpace(neededBytes: nil), path: folder)
      }
      let first = words.split(separator: "\n").first.map(String.init)
      throw DatasetError(
        .unpacking(first ?? "tar ended with status \(process.terminationStatus)"), path: archive)
    }
  }

  private static func countFiles(in folder: String) -> Int {
    let options: FileManager.DirectoryEnumerationOptions = [.skipsHiddenFiles]
    let walk = FileManager.default.enumerator(
      at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [.isRegularFileKey],
      options: options)
    var count = 0
    while let item = walk?.nextObject() as? URL {
      if !item.hasDirectoryPath { count += 1 }
    }
    return count
  }
}
