public import Files

/// An error of looking up an architecture.
public struct UnknownArchitecture: LightboxError, Equatable {
  /// The reason of an error, with its facts.
  package enum Reason: Sendable, Equatable {
    /// The name is not one of the known names.
    case unknownName(String, known: [String])
  }

  package let reason: Reason

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - name: The name that was looked up.
  ///   - known: The architectures that were searched.
  package init(name: String, among known: [Architecture] = Architecture.all) {
    reason = .unknownName(name, known: known.map(\.name))
  }

  /// The known names by edit distance, nearest first.
  package var nearest: [String] {
    switch reason {
    case .unknownName(let name, let known): NearestName.ranked(name, among: known)
    }
  }

  /// Empty.
  public var place: ErrorPlace { ErrorPlace() }

  /// The problem, with the name that was looked up.
  public var problem: String {
    switch reason {
    case .unknownName(let name, _): "there is no architecture \"\(name)\""
    }
  }

  /// The nearest names.
  public var remedy: String? {
    let nearest = nearest.prefix(3)
    return nearest.isEmpty ? nil : "did you mean \(nearest.joined(separator: ", "))?"
  }
}
