import Files
public import Imaging

/// Where the labels of images come from.
///
///     LabelTable(.folders, in: "pets")                                          // pets/cat/1.png
///     LabelTable(.name(try RegexLabeller("(.+)_\\d+.jpg$")), in: "pets")        // pets/great_pyrenees_173.jpg
///     LabelTable(.dicom("ViewPosition"), in: "films")
public enum LabelSource: Sendable, Equatable {
  /// A CSV file with a header; the formats of SIIM, RSNA and NIH are recognized by their columns.
  case table(String)
  /// The names of the folders: `cat/1.png`, or `train/cat/1.png` with folders of the parts above.
  case folders
  /// A regular expression that is searched in the file name (`from_name_re`).
  case name(RegexLabeller)
  /// A regular expression that is searched in the path, relative to the data folder (`from_path_re`).
  case path(RegexLabeller)
  /// An attribute of the header of DICOM files.
  case dicom(DICOMTag)

  /// Parses "folders", "name:REGEX", "path:REGEX", "dicom:ATTRIBUTE" or the path of a table.
  ///
  /// A table whose name is one of these is written with its folder, as in "./folders".
  ///
  /// - Throws: `DataError` if the expression is invalid or has no group, or if the attribute is unknown.
  public init(_ text: String) throws(DataError) {
    if text == "folders" {
      self = .folders
    } else if let pattern = text.rest(after: "name:") {
      self = .name(try RegexLabeller(pattern))
    } else if let pattern = text.rest(after: "path:") {
      self = .path(try RegexLabeller(pattern))
    } else if let attribute = text.rest(after: "dicom:") {
      guard let tag = DICOMTag(parsing: attribute) else {
        throw DataError(
          .labels(
            .unknownAttribute(
              attribute, nearest: NearestName.nearest(to: attribute, among: Self.usualAttributes))))
      }
      self = .dicom(tag)
    } else {
      self = .table(text)
    }
  }

  /// The text that `init(_:)` reads.
  public var text: String {
    switch self {
    case .table(let path): path
    case .folders: "folders"
    case .name(let labeller): "name:\(labeller.pattern)"
    case .path(let labeller): "path:\(labeller.pattern)"
    case .dicom(let tag): "dicom:\(tag.text)"
    }
  }

  /// The path of the table; nil if there is none.
  package var tablePath: String? { if case .table(let path) = self { path } else { nil } }

  private static let usualAttributes = [
    "ViewPosition", "PatientSex", "PatientAge", "PatientID", "PatientOrientation", "Modality",
    "BodyPartExamined", "StudyDescription", "SeriesDescription", "Laterality", "ImageLaterality",
    "Manufacturer", "ManufacturerModelName", "PhotometricInterpretation", "InstitutionName",
    "StudyDate", "SeriesNumber", "PresentationIntentType", "ProtocolName",
    "AcquisitionDeviceProcessingDescription",
  ]
}

extension String {
  fileprivate func rest(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
