public import Files

/// One thing that is wrong with settings.
package struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The text is not TOML.
    case syntax(String)
    /// There is no such key.
    case unknownKey(String, nearest: String?)
    /// The value has another type or is out of its range.
    case value(key: String, found: String, allowed: String, nearest: String? = nil)
    /// A choice has no such argument: the choice, and those that have it.
    case argument(key: String, choice: String, others: [String], nearest: String?)
    /// A value does not go with the others.
    case invalid(key: String, problem: String, remedy: String? = nil)
    /// A setting is missing.
    case missing(key: String, remedy: String)
  }

  package let origin: SettingsOrigin
  package let reason: Reason

  package init(at origin: SettingsOrigin, _ reason: Reason) {
    self.origin = origin
    self.reason = reason
  }

  /// What is wrong, as a clause.
  package var problem: String {
    switch reason {
    case .syntax(let problem): problem
    case .unknownKey(let key, _): "unknown key \"\(key)\""
    case .value(let key, let found, let allowed, _): "\(key) is \(found), but must be \(allowed)"
    case .argument(let key, let choice, let others, _):
      "unknown key \"\(key)\": \(choice) has no such argument"
        + (others.isEmpty ? "" : ", only \(others.joined(separator: ", "))")
    case .invalid(let key, let problem, _): "\(key): \(problem)"
    case .missing(let key, _): "\(key) is missing"
    }
  }

  /// The way out; nil if there is none.
  package var remedy: String? {
    switch reason {
    case .syntax: nil
    case .unknownKey(_, let nearest), .value(_, _, _, let nearest), .argument(_, _, _, let nearest):
      nearest.map { "did you mean \"\($0)\"?" }
    case .missing(_, let remedy): remedy
    case .invalid(_, _, let remedy): remedy
    }
  }

  /// Place, problem and remedy on one line.
  package var description: String {
    let (place, problem, limit) = (origin.words, problem, 400)
    return (place.isEmpty ? "" : place + ": ")
      + (problem.count > limit ? problem.prefix(limit) + "…" : problem)
      + (remedy.map { "; " + $0 } ?? "")
  }
}

/// All that is wrong with the settings of a file and of the command line.
public struct SettingsError: LightboxError, Equatable {
  /// The facts, in the order of the files' lines.
  package let problems: [SettingsProblem]

  package init(_ problems: [SettingsProblem]) { self.problems = problems }

  /// Whether only the command line is wrong, not a file.
  package var isOfArguments: Bool { problems.allSatisfy(\.origin.isArgument) }

  private static let shown = 50

  /// The places are part of `problem`, which has a line for each.
  public var place: ErrorPlace { ErrorPlace() }

  /// One line per problem.
  public var problem: String {
    if problems.count == 1 { return problems[0].description }
    let more = problems.count - Self.shown
    return "the settings have \(problems.count) problems:\n"
      + problems.prefix(Self.shown).map { "  \($0)" }.joined(separator: "\n")
      + (more > 0 ? "\n  and \(more) more" : "")
  }

  /// Part of each problem.
  public var remedy: String? { nil }
}
