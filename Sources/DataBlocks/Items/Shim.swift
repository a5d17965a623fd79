import Imaging

extension DICOMError {
  var problem: String { "\(self)" }
  var remedy: String? { nil }
}
extension ImageFileError {
  var problem: String { reason }
  var remedy: String? { wayOut }
}
