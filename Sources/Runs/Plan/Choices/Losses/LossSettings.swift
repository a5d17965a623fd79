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
  package static let all: [any SettingsChoice.Type] = [
    CrossEntropySettings.self, LabelSmoothingSettings.self, FocalSettings.self,
    BCEWithLogitsSettings.self, MSESettings.self, L1Settings.self, SmoothL1Settings.self,
  ]

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
  func lossFunction(_ counts: ClassCounts) throws(PlanError) -> LossFunction {
    try (choice as? any LossChoice)?.lossFunction(counts) ?? .crossEntropy()
  }

  /// The targets that the loss is for.
  var target: TargetKind { (choice as? any LossChoice).map { type(of: $0).target } ?? .category }

  /// The loss that belongs to a target, as `LossFunction.standard(for:)`.
  static func standard(for target: TargetKind) -> LossSettings {
    switch target {
    case .category: .crossEntropy()
    case .multiCategory: .bceWithLogits()
    case .regression: .mse
    }
  }

  /// The names of the losses for a target.
  static func names(for target: TargetKind) -> [String] {
    all.filter { ($0 as? any LossChoice.Type)?.target == target }.map { $0.name }
  }
}

/// The arguments of a loss.
protocol LossChoice: SettingsChoice {
  /// The targets that the loss is for.
  static var target: TargetKind { get }
  /// The loss for training items of classes, in the order of the vocabulary.
  func lossFunction(_ counts: ClassCounts) throws(PlanError) -> LossFunction
}

/// The training items of each class, in the order of the vocabulary; an item with several labels counts for each.
struct ClassCounts: Sendable {
  let ofClasses: [Int]
  /// All training items.
  let items: Int
}

/// One weight per class.
public enum ClassWeighting: Sendable, Equatable {
  /// All classes weigh the same.
  case equal
  /// The inverse of the class's share of the training items, with mean 1 over the items.
  case balanced
  /// In the order of the vocabulary.
  case each([Double])

  /// The weights of classes; nil: equal.
  ///
  /// - Throws: `PlanError` if there are not as many as classes.
  func values(_ counts: ClassCounts) throws(PlanError) -> [Float]? {
    try values(counts, "loss.weights") { counts in
      let total = Double(counts.ofClasses.reduce(0, +))
      return counts.ofClasses.map {
        $0 == 0 ? 0 : Float(total / (Double(counts.ofClasses.count) * Double($0)))
      }
    }
  }

  /// The weights of the positive items of labels (`pos_weight`), as `ClassWeights.positive`; nil: equal.
  ///
  /// - Throws: `PlanError` if there are not as many as labels.
  func positiveValues(_ counts: ClassCounts) throws(PlanError) -> [Float]? {
    try values(counts, "loss.pos_weight") { counts in
      counts.ofClasses.map { $0 == 0 ? 1 : Float(counts.items - $0) / Float($0) }
    }
  }

  private func values(
    _ counts: ClassCounts, _ key: String, balanced: (ClassCounts) -> [Float]
  ) throws(PlanError) -> [Float]? {
    switch self {
    case .equal: return nil
    case .balanced: return balanced(counts)
    case .each(let weights):
      guard weights.count == counts.ofClasses.count else {
        throw PlanError(
          .setting(
            name: key, value: "a list of \(weights.count)",
            allowed: "one number for each of the \(counts.ofClasses.count) classes"))
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

  /// The weights of classes as an argument.
  static func field<Group>(
    _ path: WritableKeyPath<Group, ClassWeighting> & Sendable
  ) -> SettingsField<Group> {
    SettingsField(
      "weights", path, allowed,
      "Weights of the classes: \"balanced\" is the inverse of their share of the training images; "
        + "a list is in the order of the classes.", aliases: ["weight", "class_weights"])
  }

  /// Whether a list has numbers that can be weights.
  static let allowed = Allowed<ClassWeighting>("each 0 or more, not all 0") {
    guard case .each(let weights) = $0 else { return true }
    return weights.allSatisfy { $0 >= 0 && $0 <= 1e30 } && weights.contains { $0 > 0 }
  }
}
