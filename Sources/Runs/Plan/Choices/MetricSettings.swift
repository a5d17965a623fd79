package import Settings
public import Training

/// A metric with its arguments, by its name: `"accuracy"`, or `{ name = "…", … }` with arguments.
public struct MetricSettings: Sendable, Equatable {
  /// The metric.
  let metric: Metric
  /// The name in settings, and of the column.
  public var name: String { metric.name }

  /// The registry: a new metric is a line here.
  static let all: [MetricSettings] = [.accuracy, .errorRate, .rocAuc]

  /// Fraction of items whose most probable class is the target (`accuracy`).
  public static let accuracy = MetricSettings(metric: .accuracy)
  /// Fraction of items whose most probable class is not the target (`error_rate`).
  public static let errorRate = MetricSettings(metric: .errorRate)
  /// Area under the ROC curve, of several classes the mean of each against the rest (`RocAuc`).
  public static let rocAuc = MetricSettings(metric: .rocAuc)

  /// Equal if the names are.
  public static func == (a: Self, b: Self) -> Bool { a.name == b.name }
}

extension MetricSettings: SettingsValue {
  package static var words: String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }
  package static var names: [String] { all.map(\.name) }
  package init?(_ node: TOMLNode) {
    guard let name = String(node), let found = Self.all.first(where: { $0.name == name }) else {
      return nil
    }
    self = found
  }
  package var toml: TOMLValue? { .text(name) }
}
