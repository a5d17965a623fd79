import DataBlocks
import Settings

extension TrainingPlan {
  /// A setting that two plans have different values of.
  public struct Difference: Sendable, Equatable {
    /// The dotted key.
    public let key: String
    /// The value in TOML; nil: not set.
    public let value: String?
    /// The value of the other plan.
    public let other: String?

    /// "train.epochs is 5, not 6".
    package var words: String { "\(key) is \(value ?? "not set"), not \(other ?? "set")" }
  }

  /// The settings in which another plan differs, in the order of a settings file.
  ///
  /// Defaults that depend on other settings count as they are run, and a custom pipeline as `transforms`.
  public func differences(from other: TrainingPlan) -> [Difference] {
    let (mine, others) = (withResolvedDefaults.leaves, other.withResolvedDefaults.leaves)
    var keys = mine.map(\.key)
    keys += others.map(\.key).filter { !keys.contains($0) }
    func value(_ key: String, _ leaves: [(key: String, value: String)]) -> String? {
      leaves.first { $0.key == key }?.value
    }
    let found = keys.compactMap { key in
      let difference = Difference(key: key, value: value(key, mine), other: value(key, others))
      return difference.value == difference.other ? nil : difference
    }
    guard ownPipeline != nil || other.ownPipeline != nil else { return found }
    let rest = found.filter { !$0.key.hasPrefix("image.") && !$0.key.hasPrefix("augment.") }
    guard pipeline != other.pipeline else { return rest }
    func names(_ plan: TrainingPlan) -> String {
      plan.pipeline.transforms.map(\.text).joined(separator: "; ")
    }
    return rest + [Difference(key: Self.transformsKey, value: names(self), other: names(other))]
  }

  private var leaves: [(key: String, value: String)] {
    sections(template: false).flatMap { section -> [(key: String, value: String)] in
      let isCallback = section.path[0] == Self.callbacksKey
      return (isCallback ? [(TOMLText.key(section.path), "true")] : [])
        + section.states.compactMap { state in
          state.value.map { (TOMLText.key(section.path + [state.key]), TOMLText.value($0)) }
        }
    }
  }
}
