public import Files

/// An unknown name of a window.
public struct DICOMIntensityError: LightboxError, Equatable {
  /// The facts.
  public enum Reason: Sendable, Equatable {
    /// There is no window with this name.
    case unknownWindow(String, known: [String])
  }

  /// The facts.
  public let reason: Reason

  /// Creates an error.
  package init(_ reason: Reason) {
    self.reason = reason
  }

  /// The name.
  public var place: ErrorPlace {
    switch reason {
    case .unknownWindow(let name, _): ErrorPlace(element: name)
    }
  }

  /// What is wrong.
  public var problem: String { "there is no such DICOM window" }

  /// The nearest name, and all known names.
  public var remedy: String? {
    switch reason {
    case .unknownWindow(let name, let known):
      (NearestName.nearest(to: name, among: known).map { "did you mean \"\($0)\"? " } ?? "")
        + "known are \(known.joined(separator: ", "))"
    }
  }
}
