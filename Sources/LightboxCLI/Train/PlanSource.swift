import ArgumentParser
import Console
import Lightbox

/// Where the settings of a plan come from.
struct PlanSource {
  /// A folder of images or a settings file.
  let data: String?
  /// A run whose settings and weights are taken.
  let from: String?
  /// A run that continues.
  let resume: String?
  /// `--set`.
  let set: [String]
  let options: TrainOptions

  /// Whether `data` is a settings file.
  var isFile: Bool { data?.lowercased().hasSuffix(".toml") ?? false }

  /// The plan of file, `--set` and options.
  func plan(needsData: Bool = true) throws -> TrainingPlan {
    var given = options.overrides
    if let data, !isFile {
      guard FileName.isFolder(data) else {
        throw ValidationError(
          FileName.exists(data)
            ? "\(FileName.shown(data)) is neither a folder of images nor a .toml file"
            : "there is no folder \(FileName.shown(data))")
      }
      given.insert(
        SettingsOverride("data.images", .text(data), option: FileName.shown(data)), at: 0)
    }
    do {
      let set = try SettingsOverride.parse(set)
      for option in given {
        guard let other = set.last(where: { $0.path == option.path })?.node?.origin.words else {
          continue
        }
        throw ValidationError(
          "\(option.node?.origin.words ?? "") and \(other) are the same setting: give one of them")
      }
      if let from { return try TrainingPlan(from: from, overrides: set + given) }
      return try TrainingPlan(
        file: resume.map { "\($0)/run.toml" } ?? (isFile ? data : nil), overrides: set + given,
        needsData: needsData)
    } catch let error as SettingsError where error.isOfArguments || !isFile {
      throw ValidationError(error.description)
    }
  }
}
