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
    "choose the architecture of the file; lightbox weights check --verbose lists all names"
  }
}
