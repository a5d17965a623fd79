package import Settings
public import Training

/// A metric with its arguments, by its name: "accuracy", "top_k_accuracy(k: 3)".
public struct MetricSettings: Sendable, Equatable {
  /// The metric.
  let metric: Metric
  /// The name in settings, and of the column.
  public var name: String { metric.name }

  /// Fraction of items whose most probable class is the target (`accuracy`).
  public static let accuracy = MetricSettings(metric: .accuracy)
  /// Fraction of items whose most probable class is not the target (`error_rate`).
  public static let errorRate = MetricSettings(metric: .errorRate)
  /// Area under the ROC curve, of several classes the mean of each against the rest (`RocAuc`).
  public static let rocAuc = MetricSettings(metric: .rocAuc)
  /// Fraction of labels that are right, of items with any number of labels (`accuracy_multi`).
  public static let accuracyMulti = MetricSettings(metric: .accuracyMulti())
  /// The mean area under the ROC curve over labels (`RocAucMulti`).
  public static let rocAucMulti = MetricSettings(metric: .rocAucMulti())
  /// Mean absolute error (`mae`).
  public static let mae = MetricSettings(metric: .mae)
  /// Coefficient of determination (`R2Score`).
  public static let r2Score = MetricSettings(metric: .r2Score)

  /// Any built-in metric by its name and arguments: "f1_score(average: macro)".
  ///
  /// - Throws: `MetricError` with the nearest name, or with what an argument may be.
  public static func named(_ text: String) throws(MetricError) -> MetricSettings {
    MetricSettings(metric: try Metric.named(text))
  }

  /// Equal if the names, which have the arguments, are.
  public static func == (a: Self, b: Self) -> Bool { a.name == b.name }

  /// Whether the metric is of such targets.
  func isOf(_ target: TargetKind) -> Bool {
    if Metric.isOfClasses(name) { return target == .category }
    let isOfLabels = name.prefix { $0 != "(" }.hasSuffix("_multi")
    return target == (isOfLabels ? .multiCategory : .regression)
  }
}

extension MetricSettings: SettingsValue {
  package static var words: String { "a metric" }
  package static var listWords: String {
    "a list of metrics, such as [\"accuracy\", \"top_k_accuracy(k: 3)\"]"
  }
  package static var names: [String] { Metric.names }
  package init?(_ node: TOMLNode) {
    guard let text = String(node), let metric = try? Metric.named(text) else { return nil }
    self.init(metric: metric)
  }
  package static func refusal(of node: TOMLNode) -> (problem: String, remedy: String?)? {
    guard case .text(let text) = node.value else { return nil }
    do throws(MetricError) {
      _ = try Metric.named(text)
      return nil
    } catch {
      return (error.problem, error.remedy)
    }
  }
  package var toml: TOMLValue? { .text(name) }
}
