public import Files

/// A metric that was named by a text cannot be made.
public struct MetricError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// No metric has this name.
    case unknownName(String, known: [String])
    /// The text is not a name with arguments in parentheses.
    case malformed
    /// A metric has no such argument.
    case unknownArgument(String, metric: String, known: [String])
    /// An argument was given twice.
    case repeatedArgument(String)
    /// The value of an argument does not fit.
    case value(String, argument: String, allowed: String)
  }

  /// The facts.
  package let reason: Reason
  /// The text.
  package let text: String

  /// The text.
  public var place: ErrorPlace { ErrorPlace(element: text) }

  /// What is wrong, as a clause.
  public var problem: String {
    switch reason {
    case .unknownName(let name, _): "there is no metric \(name.quoted)"
    case .malformed: "it is not the name of a metric with its arguments"
    case .unknownArgument(let name, let metric, let known):
      "\(metric) has no argument \(name.quoted)" + (known.isEmpty ? ", and takes none" : "")
    case .repeatedArgument(let name): "the argument \(name.quoted) is given twice"
    case .value(let value, let argument, let allowed):
      "\(argument) is \(value.quoted), not \(allowed)"
    }
  }

  /// The nearest name, or all.
  public var remedy: String? {
    switch reason {
    case .unknownName(let name, let known):
      NearestName.nearest(to: name, among: known).map { "did you mean \($0)?" }
        ?? "choose from \(known.joined(separator: ", "))"
    case .malformed: "write it as top_k_accuracy(k: 3)"
    case .unknownArgument(_, _, let known):
      known.isEmpty ? nil : "it has \(known.joined(separator: ", "))"
    case .repeatedArgument: "remove one"
    case .value: nil
    }
  }
}
