import Files

/// Images or patients in two parts of the data, or images more than once in one.
package struct SplitOverlap: Sendable, Equatable {
  /// What is shared.
  package enum Kind: String, Sendable {
    /// The same file by other paths, or the same bytes.
    case file
    /// DICOM files with one SOP Instance UID.
    case instance
    /// A patient of the table.
    case patient
    /// A patient of DICOM headers, whom the table does not name.
    case headerPatient

    var isOfPatient: Bool { self == .patient || self == .headerPatient }
  }

  /// What is shared.
  package let kind: Kind
  /// The two parts, or the one.
  package let parts: [DataSplit]
  /// The number of patients or images.
  package let count: Int
  /// The lines of the table, or the files, of the first ones.
  package let examples: [[String]]
  /// How many of the images have different labels.
  package let conflicts: Int

  package init(
    _ kind: Kind, _ parts: [DataSplit], count: Int, examples: [[String]], conflicts: Int = 0
  ) {
    self.kind = kind
    self.parts = parts
    self.count = count
    self.examples = examples
    self.conflicts = conflicts
  }

  /// "2 patients have images in both training and validation (lines 3 and 17)".
  package var problem: String {
    let one = count == 1
    let what =
      switch kind {
      case .patient: one ? "1 patient has images" : "\(count) patients have images"
      case .headerPatient:
        one
          ? "1 patient (by the DICOM headers) has images"
          : "\(count) patients (by the DICOM headers) have images"
      case .file: one ? "1 image is" : "\(count) images are"
      case .instance:
        one
          ? "1 image (by its SOP Instance UID) is"
          : "\(count) images (by their SOP Instance UIDs) are"
      }
    let names = parts.map { part in
      switch part {
      case .train: "training"
      case .valid: "validation"
      case .test: "test"
      }
    }
    let place =
      names.count == 2 ? "in both \(names[0]) and \(names[1])" : "more than once in \(names[0])"
    let shown = examples.map { $0.joined(separator: " and ") }.joined(separator: "; ")
    return "\(what) \(place) (\(shown)\(count > examples.count ? "; …" : ""))"
      + (conflicts == 0
        ? "" : one ? ", with different labels" : ", \(conflicts) with different labels")
  }
}
