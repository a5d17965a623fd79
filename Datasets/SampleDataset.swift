import Files
import Foundation

/// A small real data set that is bundled with Lightbox as an archive.
public struct SampleDataset: Sendable, Equatable {
  /// The name for `named(_:)`.
  package let name: String
  /// A description of the content, one line.
  package let summary: String
  /// The license.
  package let license: String
  /// The attribution that the license requires.
  package let attribution: String
  /// The SHA-256 of the archive, 64 hexadecimal digits.
  package let checksum: String
  /// The path of the archive in the resources.
  package let archive: String
  /// The top-level entries of the archive.
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

  /// All samples.
  package static let all = [pneumonia28]

  /// Finds a sample by its name, ignoring case.
  ///
  /// - Throws: `DatasetError` with reason `unknownSample`.
  package static func named(_ name: String) throws(DatasetError) -> SampleDataset {
    if let sample = all.first(where: { $0.name == name.lowercased() }) { return sample }
    throw DatasetError(.unknownSample(known: all.map(\.name)), path: name)
  }

  /// Unpacks the sample into a folder.
  ///
  /// The checksum of the archive is verified. The files are moved to the folder at the end, so an
  /// interruption leaves no partial data set.
  ///
  /// - Parameters:
  ///   - folder: The output folder, created if it is missing.
  ///   - overwrite: Whether to replace an existing copy of the data set.
  /// - Returns: The number of files unpacked.
  /// - Throws: `DatasetError`.
  @discardableResult
  public func unpack(to folder: String, overwrite: Bool = false) throws(DatasetError) -> Int {
    let path = try BundledResource.path(of: archive)
    return try unpack(archiveAt: path, to: folder, overwrite: overwrite)
  }

  /// Unpacks the sample from an archive at a given path.
  package func unpack(
    archiveAt path: String, to folder: String, overwrite: Bool
  ) throws(DatasetError) -> Int {
    let stage = try StagedFolder(target: folder, entries: entries, overwrite: overwrite)
    let found: String
    do {
      found = try FileHash.sha256(ofFile: path)
    } catch {
      throw DatasetError(.file(error.reason), path: path)
    }
    guard found == checksum else {
      throw DatasetError(.checksum(expected: checksum, found: found), path: path)
    }
    try Self.untar(path, into: stage.staging)
    let files = Self.countFiles(in: stage.staging)
    try stage.commit(last: "labels.csv")
    return files
  }

  /// Unpacks an archive with the system's tar.
  private static func untar(_ archive: String, into folder: String) throws(DatasetError) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "tar", "--extract", "--gzip", "--file", archive, "--directory", folder,
      "--strip-components=1", "--no-same-owner", "--no-same-permissions",
    ]
    let errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw DatasetError(.unpacking("tar cannot be started"), path: archive)
    }
    let output = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let first = output.split(separator: "\n").first.map(String.init)
      throw DatasetError(
        .unpacking(first ?? "tar exited with status \(process.terminationStatus)"), path: archive)
    }
  }

  private static func countFiles(in folder: String) -> Int {
    let options: FileManager.DirectoryEnumerationOptions = [.skipsHiddenFiles]
    let files = FileManager.default.enumerator(
      at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [.isRegularFileKey],
      options: options)
    var count = 0
    while let item = files?.nextObject() as? URL {
      if !item.hasDirectoryPath { count += 1 }
    }
    return count
  }
}
