import DataBlocks
import Foundation
import Settings
import Training

/// Plans as TOML files, and the reference of their keys.
extension TrainingPlan {
  /// The plan as TOML with the meaning of each key; `init(contentsOf:)` reads it to the same plan.
  ///
  /// Defaults are written too. Paths are absolute, so that the file can be used from any folder.
  ///
  /// - Throws: What a custom transform throws that cannot be encoded.
  public func toml() throws -> String { try text(template: false) }

  /// A settings file to start from, with callbacks that are not used as comments.
  package func template() throws -> String { try text(template: true) }

  private func text(template: Bool) throws -> String {
    var plan = self
    plan.makePathsAbsolute()
    let title =
      template
      ? "# Settings of a training run: lightbox train THIS_FILE --out RUN\n"
        + "# Relative paths are relative to the folder of this file.\n"
      : "# The settings of this run: lightbox train THIS_FILE --out NEW_RUN repeats it.\n"
        + "# Lightbox \(lightboxVersion)\n"
    return title
      + plan.sections(template: template).map { "\n" + $0.text() }.joined()
      + (try plan.transformsText())
  }

  private mutating func makePathsAbsolute() {
    func absolute(_ path: String) -> String {
      path.isEmpty || path.hasPrefix("/")
        ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
    data.table.folder = absolute(data.table.folder)
    if let path = data.table.source.tablePath { data.table.source = .table(absolute(path)) }
    model.weights = model.weights.map(absolute)
  }

  /// Docs/Settings.md.
  package static func reference() throws -> String {
    let plan = TrainingPlan()
    var text = introduction
    for section in sections {
      text += "\n## `[\(TOMLText.key(section.path))]`\n\n\(section.summary)\n\n"
      let arguments = Set(section.choices.flatMap { $0.keysAndAliases.map(\.key) })
      let states = section.states(plan).filter { !arguments.contains($0.key) }
      text += SettingsSection(section.path, section.summary, states).reference
      for choice in section.choices {
        text += "\n`name = \"\(choice.name)\"`: \(choice.summary)\n"
        text += argumentTable(choice)
      }
    }
    text += """

      ## `[callbacks.…]`

      A callback is used if its table is there, or with `callbacks.NAME = true`; `false` turns it off.

      """
    for choice in CallbackSettings.all {
      text += "\n`[callbacks.\(choice.name)]`: \(choice.summary)\n"
      text += argumentTable(choice)
    }
    return text + metricTable + ending
  }

  private static var metricTable: String {
    var text = """

      ## Metrics

      The names for `train.metrics`, `train.monitor` and trackers, with their arguments: `"accuracy"`, `"top_k_accuracy(k: 3)"`,
      `"f1_score(average: macro)"`. Metrics of a kind belong to one `data.target`.

      | metric | arguments | data.target |
      |---|---|---|

      """
    for name in Metric.names {
      let arguments = Metric.arguments(of: name) ?? []
      let probe = try? MetricSettings.named(name)
      let target = TargetKind.allCases.first { probe?.isOf($0) == true }
      text +=
        "| `\(name)` | \(arguments.map { "`\($0)`" }.joined(separator: ", ")) | \(target?.rawValue ?? "") |\n"
    }
    return text
  }

  private static func argumentTable(_ choice: any SettingsChoice.Type) -> String {
    let states = choice.init().states
    return states.isEmpty ? "" : "\n" + SettingsSection([], "", states).reference
  }

  private static let introduction = """
    # Settings of a training run

    `lightbox train siim.toml --out run` reads its settings from a TOML file. Every key has a default, but for the images. The order is
    defaults < file < `--set key=value` and options: `lightbox train siim.toml --set optimizer.lr=3e-3 --set schedule.name=flat_cos`.
    `lightbox train --print-settings` prints a file with all keys to start from; with other arguments, what they come to.

    - The value of `--set` is TOML; words without quotation marks are texts. `--set KEY=default` takes a setting of the file back. Of
      several for one key the last counts.
    - Relative paths in a file are relative to the folder of the file, those of the command line to the current folder.
    - Everything that is wrong is listed at once, with its line.
    - `--set optimizer.name=sgd` (or another `name`) drops the arguments in the file that are the defaults of the former choice. Others
      have to fit the new one.
    - A run saves its settings as `run.toml` in its folder, with absolute paths: `lightbox train run/run.toml --out run2` repeats
      the run bit for bit, from any folder.

    In Swift, `TrainingPlan(contentsOf: "siim.toml", overrides: ["optimizer.lr=3e-3"])` reads a file and `plan.toml()` writes one.
    This page is generated from the registry of settings (`make settings-reference`).

    """

  private static let ending = """

    ## `[[transforms]]`

    A pipeline that was made in Swift is written as one table per transform with its name and its settings, in place of `[image]` and
    `[augment]`. It can be read where all its transforms are known (`Pipeline.register`).

    """
}
