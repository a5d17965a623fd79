import Files

/// The numbers of images and patients in the parts of the data: the proof that no patient is in two of them.
public struct SplitSummary: Sendable, Equatable, Codable {
  /// A part of the data.
  public struct Part: Sendable, Equatable, Codable {
    /// "train", "valid" or "test".
    public let name: String
    /// The images.
    public let images: Int
    /// The patients who are known.
    public let patients: Int
    /// The images whose patient is not known.
    public let unknownPatients: Int
    /// The images of each class; each label of an image counts.
    public let classes: [String: Int]
    /// The known patients who have images of each class.
    public let classPatients: [String: Int]
  }

  /// How the images were divided: "by the column split", "at random, by patient".
  public let method: String
  /// Where patients come from: "the column patient", "PatientID of the DICOM headers"; nil if none is known.
  public let patientSource: String?
  /// The parts that have images.
  public let parts: [Part]
  /// The patients with images in more than one part; nil if none is known.
  public let sharedPatients: Int?
  /// The images that are in more than one part: by file, by content or by SOP Instance UID.
  public let sharedImages: Int

  /// Where patients come from, in plain words; nil if none is known.
  public var patientWords: String? {
    patientSource.map { source in
      "patients by \(source.replacing("PatientID of the DICOM headers", with: "the DICOM headers' PatientID"))"
    }
  }

  /// The classes of all parts, those with the most images first.
  package var classesBySize: [String] {
    var counts: [String: Int] = [:]
    for part in parts { counts.merge(part.classes, uniquingKeysWith: +) }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }

  /// "0 patients shared: 412 / 103 / 129", and the images whose patient is unknown.
  public var proof: String {
    let counts = parts.map { "\($0.patients)" }.joined(separator: " / ")
    let unknown = parts.reduce(0) { $0 + $1.unknownPatients }
    let images =
      sharedImages == 0 ? "" : "; \(sharedImages) \(sharedImages == 1 ? "image" : "images") shared"
    guard let sharedPatients else { return "no patient is known" + images }
    return "\(sharedPatients) \(sharedPatients == 1 ? "patient" : "patients") shared: \(counts)"
      + (unknown == 0
        ? "" : "; \(unknown) \(unknown == 1 ? "image" : "images") without a known patient") + images
  }
}

extension SplitProof {
  /// Counts images and patients.
  ///
  /// - Parameters:
  ///   - parts: The indices of the items of each part.
  ///   - method: How they were divided.
  ///   - patientColumn: The column that names patients; nil if there is none.
  ///   - labels: The classes of an item.
  /// - Returns: The summary.
  package func summary(
    of parts: [DataSplit: [Int]], method: String, patientColumn: String?,
    labels: (DataItem) -> [String]
  ) -> SplitSummary {
    var groups = Groups(count: items.count)
    let all = Array(items.indices)
    let known = headerPatients
    func header(_ index: Int) -> String? {
      facts[index].patient.flatMap { known.contains($0) ? $0 : nil }
    }
    join(&groups, all) { items[$0].patient }
    join(&groups, all, header)
    let patients = all.map { index in
      items[index].patient == nil && header(index) == nil ? nil : groups.root(index)
    }
    var images = Groups(count: items.count)
    joinImages(&images, all)
    let roots = all.map { images.root($0) }

    let order = DataSplit.allCases.filter { parts[$0]?.isEmpty == false }
    func shared(_ keys: [Int?]) -> Int {
      var first: [Int: DataSplit] = [:]
      var found: Set<Int> = []
      for part in order {
        for index in parts[part] ?? [] {
          guard let key = keys[index] else { continue }
          if let other = first[key], other != part { found.insert(key) }
          first[key] = first[key] ?? part
        }
      }
      return found.count
    }
    let used = order.flatMap { parts[$0] ?? [] }
    let isOfTable = used.contains { items[$0].patient != nil }
    let isOfHeaders = used.contains { header($0) != nil }
    let sources = [
      isOfTable ? patientColumn.map { "the column \($0.visible)" } ?? "the items" : nil,
      isOfHeaders ? "PatientID of the DICOM headers" : nil,
    ].compactMap(\.self)
    return SplitSummary(
      method: method,
      patientSource: sources.isEmpty ? nil : sources.joined(separator: " and "),
      parts: order.map { part in
        let indices = parts[part] ?? []
        var counts: [String: Int] = [:]
        var owners: [String: Set<Int>] = [:]
        for index in indices {
          for label in Set(labels(items[index])) {
            counts[label, default: 0] += 1
            if let patient = patients[index] { owners[label, default: []].insert(patient) }
          }
        }
        return SplitSummary.Part(
          name: part.rawValue, images: indices.count,
          patients: Set(indices.compactMap { patients[$0] }).count,
          unknownPatients: indices.count { patients[$0] == nil }, classes: counts,
          classPatients: owners.mapValues(\.count))
      },
      sharedPatients: sources.isEmpty ? nil : shared(patients), sharedImages: shared(roots))
  }
}
