package import Settings
import Training

/// A loss with its arguments.
///
/// A new one is a file with a `LossChoice` and a line in `all`.
public struct LossSettings: Sendable, Equatable {
  package let choice: any SettingsChoice

  /// Equal if name and arguments are.
  public static func == (a: Self, b: Self) -> Bool { a.table == b.table }
}

extension LossSettings: SettingsKind {
  package static let all: [any SettingsChoice.Type] = [CrossEntropySettings.self]

  package init?(_ choice: any SettingsChoice) {
    guard choice is any LossChoice else { return nil }
    self.choice = choice
  }

  init(_ choice: some LossChoice) { self.choice = choice }

  /// The loss.
  ///
  /// - Parameter counts: The training items of each class.
  /// - Returns: The loss.
  /// - Throws: `PlanError` if the arguments do not fit the classes.
  func lossFunction(_ counts: [Int]) throws(PlanError) -> LossFunction {
    try (choice as? any LossChoice)?.lossFunction(counts) ?? .crossEntropy()
  }
}

/// The arguments of a loss.
protocol LossChoice: SettingsChoice {
  /// The loss for training items of classes, in the order of the vocabulary.
  func lossFunction(_ counts: [Int]) throws(PlanError) -> LossFunction
}

/// One weight per class.
public enum ClassWeighting: Sendable, Equatable {
  /// All classes weigh the same.
  case equal
  /// The inverse of the class's share of the training items, with mean 1 over the items.
  case balanced
  /// In the order of the vocabulary.
  case each([Double])

  /// The weights; nil: equal.
  ///
  /// - Throws: `PlanError` if there are not as many as classes.
  func values(_ counts: [Int]) throws(PlanError) -> [Float]? {
    switch self {
    case .equal: return nil
    case .balanced:
      let total = Double(counts.reduce(0, +))
      return counts.map { $0 == 0 ? 0 : Float(total / (Double(counts.count) * Double($0))) }
    case .each(let weights):
      guard weights.count == counts.count else {
        throw PlanError(
          .setting(
            name: "loss.weights", value: "a list of \(weights.count)",
            allowed: "one number for each of the \(counts.count) classes"))
      }
      return weights.map(Float.init)
    }
  }
}

extension ClassWeighting: SettingsValue {
  package static var words: String { "\"equal\", \"balanced\" or a list of numbers" }
  package static var names: [String] { ["equal", "balanced"] }
  package init?(_ node: TOMLNode) {
    switch String(node) {
    case "equal": self = .equal
    case "balanced": self = .balanced
    default:
      guard let weights = [Double](node) else { return nil }
      self = .each(weights)
    }
  }
  package var toml: TOMLValue? {
    switch self {
    case .equal: .text("equal")
    case .balanced: .text("balanced")
    case .each(let weights): weights.toml
    }
  }

  /// Whether a list has numbers that can be weights.
  static let allowed = Allowed<ClassWeighting>("each 0 or more, not all 0") {
    guard case .each(let weights) = $0 else { return true }
    return weights.allSatisfy { $0 >= 0 && $0 <= 1e30 } && weights.contains { $0 > 0 }
  }
}
