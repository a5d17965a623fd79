import Files

/// A scan in counts: what needs attention first, then the facts.
package struct ScanSummary: Sendable, Encodable {
  /// Something that may be wrong with the data.
  package struct Finding: Sendable, Encodable {
    /// The name in JSON, such as "unreadable".
    package let kind: String
    /// The number of files or groups.
    package let count: Int
    /// What it is, with the count: "2 images cannot be read".
    package let text: String
    /// What to do about it; nil if that depends.
    package let advice: String?
    /// The files, each with what is special about it, or groups of files.
    package let entries: [String]
  }

  /// The counts of a property's values, most first.
  package struct Property: Sendable, Encodable {
    package let name: String
    package let values: [Value]

    /// The display name; that of sizes gives the order of the numbers.
    var title: String { name == "size" ? "rows x columns" : name }
  }

  /// A value and the number of images that have it.
  package struct Value: Sendable, Encodable {
    package let value: String
    package let count: Int
  }

  package let folder: String
  package let files: Int
  package let dicomImages: Int
  package let pictures: Int
  package let otherDICOM: Int
  package let dicomDirectories: Int
  package let otherFiles: Int
  package let unreadable: Int
  package let hidden: Int
  package let unchanged: Int
  package let pixelsRead: Bool
  package let patients: Int
  package let studies: Int
  package let series: Int
  package let imagesWithoutPatient: Int
  package let findings: [Finding]
  package let properties: [Property]
  /// The number of images by identifying attribute that has a value.
  package let identifiers: [Value]

  /// Counts a scan.
  package init(_ scan: DataScan) {
    let images = scan.files.filter(\.isImage)
    folder = FileName.shown(scan.folder)
    files = scan.files.count
    dicomImages = images.count { $0.kind == .dicom }
    pictures = images.count { $0.kind == .picture }
    otherDICOM = scan.files.count { $0.kind == .report }
    dicomDirectories = scan.files.count { $0.kind == .directory }
    otherFiles = scan.files.count { $0.kind == .foreign || $0.kind == .archive }
    unreadable = scan.files.count { $0.kind == .unreadable }
    hidden = scan.hiddenCount
    unchanged = scan.unchangedCount
    pixelsRead = scan.readsPixels
    patients = Set(images.compactMap(\.patient)).count
    studies = Set(images.compactMap(\.study)).count
    series = Set(images.compactMap(\.series)).count
    imagesWithoutPatient = images.count { $0.patient == nil }
    properties = Self.properties(images)
    identifiers = Self.identifiers(scan.files)
    findings = ScanFindings(scan, images).all
  }

  private static func properties(_ images: [FileFacts]) -> [Property] {
    func count(
      _ name: String, _ values: @escaping (FileFacts) -> [String]
    ) -> (name: String, values: (FileFacts) -> [String]) { (name, values) }
    func dicom(_ value: @escaping (FileFacts) -> String?) -> (FileFacts) -> [String] {
      { $0.kind == .dicom ? [value($0) ?? "none"] : [] }
    }
    let all = [
      count("modality", dicom(\.header.modality)),
      count("view", dicom(\.header.view)),
      count("laterality", dicom(\.header.laterality)),
      count("body part", dicom(\.header.bodyPart)),
      count("size") { [$0.header.size] },
      count("bits") { [$0.header.bits ?? "none"] },
      count("photometric") { [$0.header.photometric ?? "none"] },
      count("low values are") {
        guard $0.header.photometric?.hasPrefix("MONO") ?? false else { return [] }
        return [$0.header.isInverted ? "white" : "black"]
      },
      count("pixel spacing", dicom { $0.header.spacingKind.map { Self.spacingWords[$0] ?? $0 } }),
      count("spacing in mm") { file in
        guard let value = file.header.spacing else { return [] }
        return ["\(value) \(file.header.spacingKind ?? "")"]
      },
      count("gray values", { $0.header.grayTransforms }),
      count("windows", { Array($0.header.windows.prefix(1)) }),
      count("transfer syntax") { [$0.header.transferSyntax ?? "none"] },
      count("burned-in text", dicom { $0.burnedInAnnotation.map { "annotated \($0)" } }),
      count("identity removed", dicom(\.identityRemoved)),
    ]
    // One pass: a copy of an image's facts costs as much as counting them.
    var counts = [[String: Int]](repeating: [:], count: all.count)
    for image in images {
      for index in all.indices {
        for value in all[index].values(image) { counts[index][value, default: 0] += 1 }
      }
    }
    let properties = zip(all, counts).map { Property(name: $0.name, values: sorted($1)) }
    // A property that no file states says nothing.
    return properties.filter { $0.values.contains { $0.value != "none" } }
  }

  private static let spacingWords = [
    "calibrated": "in the patient", "estimated": "in the patient, estimated",
    "detector": "at the detector", "unknown": "plane unknown",
  ]

  private static func identifiers(_ files: [FileFacts]) -> [Value] {
    var counts: [String: Int] = [:]
    for file in files {
      for keyword in file.identifiers { counts[keyword, default: 0] += 1 }
      if file.privateCount > 0 { counts["private attributes", default: 0] += 1 }
    }
    return sorted(counts)
  }

  private static func sorted(_ counts: [String: Int]) -> [Value] {
    counts.map { Value(value: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.value) < ($0.count, $1.value) }
  }
}

/// A count with its noun: "1 file", "2 files".
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
