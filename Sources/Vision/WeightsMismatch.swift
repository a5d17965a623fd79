public import Files
package import Layers

/// An error of weights that do not fit a model.
public struct WeightsMismatch: LightboxError, Equatable {
  package let report: Module.LoadReport
  package let path: String

  package init(_ report: Module.LoadReport, path: String) {
    self.report = report
    self.path = path
  }

  /// The file.
  public var place: ErrorPlace { ErrorPlace(file: path) }
  /// The number of names that match, are missing, are unexpected or differ in shape, with examples.
  public var problem: String { "the weights do not fit the model: \(report)" }
  /// Usually the file is of another architecture.
  public var remedy: String? {
    if report.mismatched.contains(where: { $0.source.count == 5 && $0.model.count == 4 }) {
      return "the file is of a network for volumes; one for images is needed"
    }
    if let stem = report.mismatched.first, report.mismatched.count == 1, report.missing.isEmpty,
      stem.model.count == 4, stem.source.count == 4, stem.model[1] != stem.source[1]
    {
      return
        "the file is for images of \(stem.source[1]) channels, the model for \(stem.model[1]): only filters "
        + "for 3 channels or 1 are adapted"
    }
    return "choose the architecture of the file; lightbox weights check --verbose lists all names"
  }
}
