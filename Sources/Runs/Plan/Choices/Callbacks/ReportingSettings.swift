import Interpret
import Settings
import Training

/// The argument of `CSVLogger`.
struct CSVLoggerSettings: FileCallbackChoice {
  static let name = "csv_logger"
  static let summary = "Writes the table of epochs to a CSV file in the run's folder (`CSVLogger`)."
  var fileName = "history.csv"
  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "fname", \.fileName,
      Allowed("a name that ends in .csv, without folders, not split.csv or predictions….csv") {
        $0.hasSuffix(".csv") && !$0.contains("/") && !$0.contains("\0") && !$0.hasPrefix(".")
          && $0 != "split.csv" && !$0.hasPrefix("predictions") && $0.utf8.count <= 200
      }, "The name of the file in the run's folder.", aliases: ["path", "file"])
  ]

  func callbacks(_: TrainingPlan, folder: String) -> [any Callback] {
    [CSVLogger("\(folder)/\(fileName)")]
  }
}

/// `ShowGraphCallback`, whose file is in the run's folder.
struct ShowGraphSettings: FileCallbackChoice {
  static let name = "show_graph"
  static let summary =
    "Draws losses and rates by batch in figures/training.png and .svg of the run (`ShowGraphCallback`); "
    + "figures/curves.png is drawn anyway."
  static let fields: [SettingsField<Self>] = []

  func callbacks(_: TrainingPlan, folder: String) -> [any Callback] {
    [ShowGraphCallback("\(folder)/figures/training")]
  }
}

/// The arguments of `ActivationStats`.
struct ActivationStatsSettings: FileCallbackChoice {
  static let name = "activation_stats"
  static let summary =
    "Draws mean, standard deviation and share near zero of a layer's output by step, in figures of the run "
    + "(`ActivationStats`)."
  var every: Int?
  var withHistogram = false
  var layer = -2
  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "every", \.every, .within(1, 1_000_000_000), "Record every so many batches.", unset: "each"),
    SettingsField(
      "with_hist", \.withHistogram, "Draw histograms too, in figures/activation_histograms.png."),
    SettingsField(
      "layer", \.layer, .within(-10_000, 10_000),
      "The layer; negative numbers count from the end, and beyond the ends it is the first or the last."
    ),
  ]

  func callbacks(_: TrainingPlan, folder: String) -> [any Callback] {
    let stats = ActivationStats(every: every, withHistogram: withHistogram)
    return [stats, ActivationFigures(stats, layer: layer, folder: "\(folder)/figures")]
  }
}

extension CallbackSettings {
  /// Writes the table of epochs to a CSV file in the run's folder (`CSVLogger`).
  ///
  /// - Parameter fileName: The name of the file in the run's folder (`fname`).
  /// - Returns: The settings of the callback.
  public static func csvLogger(_ fileName: String = "history.csv") -> CallbackSettings {
    CallbackSettings(CSVLoggerSettings(fileName: fileName))
  }

  /// Draws losses and rates by batch in figures/training.png and .svg of the run (`ShowGraphCallback`).
  public static var showGraph: CallbackSettings { CallbackSettings(ShowGraphSettings()) }

  /// Draws statistics of a layer's output by step, in figures of the run (`ActivationStats`).
  ///
  /// - Parameters:
  ///   - every: Record every so many batches. Default: each.
  ///   - withHistogram: Draw histograms too (`with_hist`).
  ///   - layer: The layer; negative numbers count from the end.
  /// - Returns: The settings of the callback.
  public static func activationStats(
    every: Int? = nil, withHistogram: Bool = false, layer: Int = -2
  ) -> CallbackSettings {
    CallbackSettings(
      ActivationStatsSettings(every: every, withHistogram: withHistogram, layer: layer))
  }
}
