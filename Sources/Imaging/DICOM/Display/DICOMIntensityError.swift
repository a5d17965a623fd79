public import Files

/// A text that is not an intensity.
public struct DICOMIntensityError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The text is neither a name nor starts with a kind of intensity.
    case unknownName(String, known: [String])
    /// The numbers after the kind are missing, malformed or out of range.
    case invalidNumbers(String, DICOMIntensity.NumericKind)
    /// More channels are joined than an image can have.
    case tooManyChannels(String, count: Int)
  }

  /// The facts.
  package let reason: Reason

  /// Creates an error.
  package init(_ reason: Reason) {
    self.reason = reason
  }

  /// The text.
  public var place: ErrorPlace {
    switch reason {
    case .unknownName(let text, _), .invalidNumbers(let text, _), .tooManyChannels(let text, _):
      ErrorPlace(element: text)
    }
  }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .unknownName: "there is no such intensity"
    case .invalidNumbers: "the numbers are missing or invalid"
    case .tooManyChannels(_, let count): "there are \(count) channels"
    }
  }

  /// The nearest name and all known forms, or the form with numbers.
  public var remedy: String? {
    switch reason {
    case .unknownName(let text, let known):
      (NearestName.nearest(to: text, among: known).map { "did you mean \"\($0)\"? " } ?? "")
        + "use one of \(known.joined(separator: ", ")), "
        + DICOMIntensity.NumericKind.allCases.map(\.form).joined(separator: ", ")
        + "; several joined by + are channels"
    case .invalidNumbers(_, let kind): "use \(kind.form), where \(kind.condition)"
    case .tooManyChannels: "use at most \(DICOMIntensity.channelLimit)"
    }
  }
}
