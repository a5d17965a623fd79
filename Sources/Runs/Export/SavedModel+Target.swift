import DataBlocks
import Training

extension SavedModel {
  /// What the model predicts.
  public var target: TargetKind {
    switch predictor.target {
    case is MultiCategoryBlock: .multiCategory
    case is RegressionBlock: .regression
    default: .category
    }
  }

  /// Refuses what needs classes, if the model predicts numbers.
  ///
  /// - Throws: `PlanError`.
  func requireClasses(_ what: String) throws(PlanError) {
    if target == .regression { throw PlanError(.target(what, needs: "classes", target)) }
  }

  /// Refuses what needs one class per image.
  ///
  /// - Throws: `PlanError`.
  package func requireOneClass(_ what: String) throws(PlanError) {
    if target != .category { throw PlanError(.target(what, needs: "one class per image", target)) }
  }
}

extension TargetKind {
  /// What the labels are.
  var words: String {
    switch self {
    case .category: "one class per image"
    case .multiCategory: "labels that do not exclude each other"
    case .regression: "numbers"
    }
  }
}
