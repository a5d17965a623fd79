public import Files

/// A box rule that does not exist or cannot be used.
public struct BoxRuleError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// No rule has this name.
    case unknownRule(String)
    /// The rule does not have such a number.
    case invalidNumber(String, BoxRule.Name)
    /// No threshold was chosen for the model.
    case notCalibrated
  }

  /// The facts.
  package let reason: Reason

  /// Creates an error.
  package init(_ reason: Reason) { self.reason = reason }

  /// The text of the rule.
  public var place: ErrorPlace {
    switch reason {
    case .unknownRule(let text), .invalidNumber(let text, _): ErrorPlace(element: text)
    case .notCalibrated: ErrorPlace(element: BoxRule.Name.calibrated.rawValue)
    }
  }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .unknownRule: "there is no such box rule"
    case .invalidNumber: "the number of the box rule is missing or not allowed"
    case .notCalibrated: "no threshold was chosen on validation masks for this model"
    }
  }

  /// The nearest rule and all forms, or the numbers that are allowed.
  public var remedy: String? {
    switch reason {
    case .unknownRule(let text):
      (nearest(text).map { "did you mean \"\($0)\"? " } ?? "")
        + "use one of \(BoxRule.forms)"
    case .invalidNumber(_, let name): "use \(name.rawValue) \(name.condition)"
    case .notCalibrated: "choose one with masks, or use another rule, such as relative:0.5"
    }
  }

  private func nearest(_ text: String) -> String? {
    let name = text.prefix { $0 != ":" && $0 != "=" }.lowercased()
    let known = BoxRule.Name.allCases.map(\.rawValue)
    return known.first { !name.isEmpty && $0.hasPrefix(name) }
      ?? NearestName.nearest(to: name, among: known)
  }
}
