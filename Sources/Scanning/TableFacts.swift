public import DataBlocks
import Files
import Glibc

/// How the images of a folder compare with a table of labels.
package struct TableFacts: Sendable, Equatable {
  /// The path of the table.
  package var path: String
  /// The number of rows.
  package var rows = 0
  /// Rows whose file is not among the scanned images, by their path.
  package var withoutImage: [String] = []
  /// Rows whose image cannot be read.
  package var unreadable: [String] = []
  /// Images that no row names, relative to the folder.
  package var withoutRow: [String] = []
  /// Patients with images on several sides: one list of "train: a.dcm" per patient.
  package var sharedPatients: [[String]] = []
  /// Images with the same pixels or bytes on several sides.
  package var sharedImages: [[String]] = []
  /// Equal images with different labels.
  package var conflicts: [[String]] = []
}

extension DataScan {
  /// Compares the images with the items of a table.
  ///
  /// Patients are those of the table, and those of the DICOM headers where it names none.
  ///
  /// - Parameters:
  ///   - items: One item per row.
  ///   - path: The path of the table.
  public mutating func compare(with items: [DataItem], table path: String) {
    var facts = TableFacts(path: path, rows: items.count)
    var positions: [FileIdentity: Int] = [:]
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    for (position, file) in files.enumerated() {
      if let identity = FileIdentity(start + file.path) { positions[identity] = position }
    }
    var named: Set<Int> = []
    var patients: [String: [(DataSplit, Int)]] = [:]
    var images: [String: [(DataItem, Int)]] = [:]
    for item in items {
      guard let identity = FileIdentity(item.path), let position = positions[identity] else {
        facts.withoutImage.append(item.path)
        continue
      }
      named.insert(position)
      let file = files[position]
      guard file.isImage else {
        facts.unreadable.append(file.path)
        continue
      }
      if let split = item.split {
        // A number tells the table's patients from the hashes of headers.
        let patient = item.patient.map { "table:\($0)" } ?? file.patient.map { "header:\($0)" }
        if let patient { patients[patient, default: []].append((split, position)) }
      }
      let key = file.pixels?.digest.map { "pixels:\($0)" } ?? file.content.map { "file:\($0)" }
      if let key { images[key, default: []].append((item, position)) }
    }
    facts.withoutRow = files.indices.filter { files[$0].isImage && !named.contains($0) }
      .map { files[$0].path }
    func shown(_ split: DataSplit?, _ position: Int) -> String {
      (split.map { "\($0.rawValue): " } ?? "") + files[position].path
    }
    facts.sharedPatients = patients.values.filter { Set($0.map(\.0)).count > 1 }
      .map { Self.onePerSide($0).map { shown($0.0, $0.1) } }.sorted { $0[0] < $1[0] }
    let equal = images.values.filter { $0.count > 1 }
    facts.sharedImages = equal.filter { Set($0.compactMap(\.0.split)).count > 1 }
      .map { $0.map { shown($0.0.split, $0.1) } }.sorted { $0[0] < $1[0] }
    facts.conflicts = equal.filter { Set($0.compactMap(\.0.label)).count > 1 }
      .map { $0.map { files[$0.1].path } }.sorted { $0[0] < $1[0] }
    table = facts
  }

  /// The first image of each side.
  private static func onePerSide(_ images: [(DataSplit, Int)]) -> [(DataSplit, Int)] {
    DataSplit.allCases.compactMap { side in images.first { $0.0 == side } }
  }
}
