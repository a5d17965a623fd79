public import Files

/// A text that is not an intensity.
public struct DICOMIntensityError: LightboxError, Equatable {
  /// The facts.
  public enum Reason: Sendable, Equatable {
    /// There is no window with this name.
    case unknownWindow(String, known: [String])
    /// The numbers after the kind are missing or not valid.
    case invalidNumbers(String)
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
    case .unknownWindow(let name, _), .invalidNumbers(let name): ErrorPlace(element: name)
    }
  }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .unknownWindow: "there is no such DICOM window"
    case .invalidNumbers: "the numbers are missing or not valid"
    }
  }

  /// The nearest name, and all known names.
  public var remedy: String? {
    switch reason {
    case .unknownWindow(let name, let known):
      (NearestName.nearest(to: name, among: known).map { "did you mean \"\($0)\"? " } ?? "")
        + "known are \(known.joined(separator: ", "))"
    case .invalidNumbers:
      "use voi:INDEX, window:CENTER,WIDTH, range:LOWER,UPPER or percentile:LOWER,UPPER"
    }
  }
}
