import DataBlocks
package import Settings
import Training

/// What a model predicts of an image: the kind of its labels.
public enum TargetKind: String, Sendable, CaseIterable {
  /// One class (`CategoryBlock`).
  case category
  /// Any number of labels (`MultiCategoryBlock`).
  case multiCategory = "multi_category"
  /// Numbers (`RegressionBlock`).
  case regression
}

extension TargetKind: SettingsEnum {}

extension TargetKind {
  /// What is measured if nothing is chosen.
  var metrics: [MetricSettings] {
    switch self {
    case .category: [.accuracy, .rocAuc]
    case .multiCategory: [.accuracyMulti, .rocAucMulti]
    case .regression: [.mae, .r2Score]
    }
  }

  /// The metrics of such targets in words.
  var metricWords: String {
    switch self {
    case .category: "metrics of one class per image, such as \"accuracy\" or \"roc_auc_score\""
    case .multiCategory:
      "metrics of labels that do not exclude each other, such as \"accuracy_multi\" or \"roc_auc_score_multi\""
    case .regression: "metrics of numbers, such as \"mae\" or \"r2_score\""
    }
  }
}

/// Which training items an epoch has.
public enum SamplingKind: String, Sendable, CaseIterable {
  /// Every item once, in random order.
  case shuffled
  /// As many as there are, drawn with replacement, each class equally probable.
  case balanced

  /// The sampling of the loader.
  var sampling: ItemSampling { self == .balanced ? .balanced : .shuffled }
}

extension SamplingKind: SettingsEnum {}

extension DataSettings {
  /// The block of the labels.
  ///
  /// - Parameter vocab: The classes of a run; nil: those of the training items.
  /// - Returns: The block.
  func block(vocab: [String]? = nil) -> any TargetBlock {
    switch target {
    case .category: CategoryBlock(vocab: vocab)
    case .multiCategory: MultiCategoryBlock(vocab: vocab, labelDelimiter: labelDelimiter)
    case .regression: RegressionBlock(outputCount: outputCount)
    }
  }

  /// The settings with what a block has learned from the training items.
  func fitted(to block: any TargetBlock) -> DataSettings {
    var settings = self
    switch block {
    case let block as MultiCategoryBlock: settings.labelDelimiter = block.labelDelimiter
    case let block as RegressionBlock: settings.outputCount = block.outputCount
    default: break
    }
    return settings
  }

  /// The settings with what they leave open taken from those of a run.
  func completed(from run: DataSettings) -> DataSettings {
    var settings = self
    if target == run.target {
      settings.labelDelimiter = labelDelimiter ?? run.labelDelimiter
      settings.outputCount = outputCount ?? run.outputCount
    }
    return settings
  }
}

extension TargetBlock {
  /// The classes that an item has; none of a regression.
  func labels(of item: DataItem) -> [String] {
    switch self {
    case let block as MultiCategoryBlock: item.label.map(block.labels) ?? []
    case is RegressionBlock: []
    default: item.label.map { [$0] } ?? []
    }
  }

  /// One item per class of each item, so that classes can be counted.
  func itemsByLabel(_ items: [DataItem]) -> [DataItem] {
    items.flatMap { item in
      labels(of: item).map { label in
        var item = item
        item.label = label
        return item
      }
    }
  }
}
