import DataBlocks
import Files
import Imaging

/// Attributes that may tell who the patient is (DICOM PS3.15 table E.1-1, those with text, dates and names).
///
/// UIDs are left out: they are in every file and say nothing without the archive that made them. So is PatientID, which
/// every data set needs in some form; the report counts patients.
enum Identifiers {
  static let keywords = [
    "PatientName", "PatientBirthDate", "PatientBirthTime", "OtherPatientIDs", "OtherPatientNames",
    "PatientBirthName", "PatientAddress", "PatientTelephoneNumbers", "PatientMotherBirthName",
    "MilitaryRank", "EthnicGroup", "Occupation", "CountryOfResidence", "RegionOfResidence",
    "PatientReligiousPreference", "PatientComments", "AdditionalPatientHistory",
    "ResponsiblePerson", "PatientInsurancePlanCodeSequence", "IssuerOfPatientID",
    "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName",
    "ReferringPhysicianName", "ReferringPhysicianAddress", "ReferringPhysicianTelephoneNumbers",
    "PerformingPhysicianName", "NameOfPhysiciansReadingStudy", "OperatorsName",
    "PhysiciansOfRecord", "RequestingPhysician", "RequestingService",
    "ScheduledPerformingPhysicianName", "AccessionNumber", "StudyID", "AdmissionID",
    "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "AcquisitionDateTime",
    "StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "InstanceCreationDate",
    "DeviceSerialNumber", "DetectorID", "PlateID", "CassetteID", "ImageComments",
    "StudyComments", "RequestAttributesSequence", "PerformedProcedureStepStartDate",
    "PerformedProcedureStepID", "OriginalAttributesSequence",
  ]

  private static let tags: [DICOMTag: String] = Dictionary(
    keywords.compactMap { keyword in DICOMTag(keyword: keyword).map { ($0, keyword) } },
    uniquingKeysWith: { first, _ in first })

  /// The keywords of those that have values, in order of their tags, and the number of private attributes.
  static func found(in file: DICOMFile) -> (keywords: [String], privateCount: Int) {
    var found: [String] = []
    var privateCount = 0
    for tag in file.tags {
      if tag.group % 2 == 1 {
        privateCount += 1
      } else if let keyword = tags[tag], hasValue(file, tag) {
        found.append(keyword)
      }
    }
    return (found, privateCount)
  }

  /// Words and dates that programs write to remove identifiers are no values.
  private static func hasValue(_ file: DICOMFile, _ tag: DICOMTag) -> Bool {
    guard let text = file.string(tag) else { return file.itemCount(of: tag) > 0 }
    let plain = text.trimmed
    if plain.isEmpty || MissingValue.isPlaceholder(plain) { return false }
    // 1900-01-01 and 1901-01-01, midnight, "^^^" and "XXXX".
    if plain.hasPrefix("19000101") || plain.hasPrefix("19010101") { return false }
    return Set(plain).subtracting(["0", ".", ":", "^", "X", "x", "-", "*", " "]).isEmpty == false
  }
}
