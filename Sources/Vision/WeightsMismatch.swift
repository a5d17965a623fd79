public import Files
public import Layers

/// Weights that do not fit a model.
public struct WeightsMismatch: LightboxError, Equatable {
  /// The facts: what was loaded and what was not.
  public let reason: Module.LoadReport
  /// The file.
  public let path: String

  /// Creates an error.
  package init(_ report: Module.LoadReport, path: String) {
    reason = report
    self.path = path
  }

  /// The file.
  public var place: ErrorPlace { ErrorPlace(file: path) }
  /// How many names fit, and the first that do not.
  public var problem: String { "the weights do not fit the model\n\(reason)\n" }
  /// Another architecture is the usual cause.
  public var remedy: String? { "check the architecture, as lightbox weights check does" }
}
