import DataBlocks
import Files
import Foundation
package import Settings

/// Plans from TOML files.
extension TrainingPlan {
  static let fileLimit = 1 << 20

  /// Reads a plan from a TOML file, such as `run.toml` of a run; Docs/Settings.md lists the keys.
  ///
  /// Relative paths in the file are relative to its folder, those of overrides to the current folder.
  ///
  ///     let plan = try TrainingPlan(contentsOf: "siim.toml", overrides: ["optimizer.lr=3e-3"])
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - overrides: Settings that take the place of the file's: `key=value`, the value in TOML or a text without
  ///     quotation marks; "default" takes a setting back.
  /// - Throws: `SettingsError` with all that is wrong; `FileError` if the file cannot be read.
  public init(contentsOf path: String, overrides: [String] = []) throws {
    try self.init(file: path, overrides: SettingsOverride.parse(overrides))
  }

  /// Reads a plan from a file and settings of the command line.
  ///
  /// - Parameters:
  ///   - file: The file; nil: none.
  ///   - overrides: Settings that take the place of the file's.
  ///   - needsData: Whether images have to be given and to exist.
  /// - Throws: `SettingsError` with all that is wrong; `FileError` if the file cannot be read.
  package init(
    file: String?, overrides: [SettingsOverride], needsData: Bool = true
  ) throws {
    var (root, problems) = (TOMLTable(), [SettingsProblem]())
    if let file {
      let bytes = try readFile(file, limit: Self.fileLimit)
      (root, problems) = TOMLParser.parse([UInt8](bytes), file: file)
    }
    try self.init(
      root, of: file, problems: problems, overrides: overrides, needsData: needsData)
  }

  /// Reads a plan from the tables of a file.
  ///
  /// - Parameters:
  ///   - root: The tables.
  ///   - file: The file, to whose folder paths are relative; nil: none.
  ///   - problems: What is wrong with the syntax.
  ///   - overrides: Settings that take the place of the file's.
  ///   - needsData: Whether images have to be given and to exist.
  /// - Throws: `SettingsError` with all that is wrong.
  init(
    _ root: TOMLTable, of file: String?, problems: [SettingsProblem] = [],
    overrides: [SettingsOverride], needsData: Bool = true
  ) throws(SettingsError) {
    self.init()
    var root = root
    let hasSyntax = problems.isEmpty
    Self.dropDefaults(of: &root, before: overrides)
    root.apply(overrides)
    var reader = Self.reader(problems)
    if let sweep = root[SweepSettings.key] {
      reader.record(
        .invalid(
          key: SweepSettings.key, problem: "the file is of a sweep, not of one run",
          remedy: "use \"lightbox sweep plan\""), at: sweep.origin)
      root.set(nil, at: [SweepSettings.key])
    }
    read(root, &reader)
    takeChannels(root)
    readTransforms(root, &reader)
    checkEffects(root, &reader)
    findFiles(root, file, &reader, needsData: needsData && hasSyntax)
    for fault in faults {
      let origin = root.node(at: fault.key.split(separator: ".").map(String.init))?.origin ?? .none
      reader.record(
        .value(key: fault.key, found: fault.value, allowed: fault.allowed), at: origin)
    }
    guard reader.problems.isEmpty else { throw SettingsError(Self.sorted(reader.problems)) }
  }

  /// Removes the arguments of a choice that a name on the command line replaces, if they are its defaults.
  ///
  /// So `--set optimizer.name=sgd` works with a resolved file, which has all of Adam's arguments.
  private static func dropDefaults(of root: inout TOMLTable, before overrides: [SettingsOverride]) {
    for section in sections where !section.choices.isEmpty {
      let path = section.path + ["name"]
      guard let table = root.table(section.path[0]),
        let new = overrides.last(where: { $0.path == path })?.node.flatMap({ String($0) }),
        let old = section.choices.first(where: { choice in
          table["name"].map { String($0) == choice.name } ?? (choice == section.choices[0])
        }), old.name != new
      else { continue }
      let defaults = old.init().table
      for key in table.keys {
        if let value = table[key]?.value, let usual = defaults[key]?.value,
          value.isSame(as: usual)
        {
          root.set(nil, at: section.path + [key])
        }
      }
    }
  }

  /// Resolves paths, and refuses files and folders that are needed and do not exist.
  private mutating func findFiles(
    _ root: TOMLTable, _ file: String?, _ reader: inout SettingsReader, needsData: Bool
  ) {
    func resolved(_ path: String, _ key: [String]) -> String {
      guard let file, !path.hasPrefix("/"), !path.isEmpty,
        case .file? = root.node(at: key)?.origin
      else { return path }
      let folder = PathParts(file).folder
      return folder.isEmpty || folder == "."
        ? path : folder + (folder.hasSuffix("/") ? "" : "/") + path
    }
    func refuse(_ key: [String], _ found: String, _ allowed: String) {
      reader.record(
        .value(
          key: TOMLText.key(key), found: TOMLText.quoted(FileName.shown(found)), allowed: allowed),
        at: root.node(at: key)?.origin ?? .none)
    }
    let (images, labels, weights) = (
      ["data", "images"], ["data", "labels"], ["model", "weights"]
    )
    data.table.folder = resolved(data.table.folder, images)
    if let path = model.weights {
      model.weights = resolved(path, weights)
      if needsData, let path = model.weights, !FileName.exists(path) {
        refuse(weights, path, "a file that exists")
      }
    }
    let folder = data.table.folder
    let isFound = FileName.isFolder(folder)
    if needsData {
      if folder.isEmpty {
        if root.node(at: images) == nil {
          reader.record(
            .missing(key: "data.images", remedy: "give the folder of the images"), at: .none)
        } else if root.node(at: images).flatMap({ String($0) }) != nil {
          // A value that is no text is refused already.
          refuse(images, "", "a folder that exists")
        }
      } else if !isFound {
        refuse(images, folder, "a folder that exists")
      }
    }
    guard let given = data.table.source.tablePath else { return }
    let candidates =
      given.isEmpty
      ? (folder.isEmpty ? [] : ["\(folder)/labels.csv"])
      : [resolved(given, labels)]
        + (given.hasPrefix("/") || folder.isEmpty ? [] : ["\(folder)/\(given)"])
    let found = candidates.first(where: FileName.exists)
    data.table.source = .table(found ?? candidates.first ?? "")
    guard needsData, isFound, found == nil else { return }
    if given.isEmpty {
      // A source that cannot be read is refused already.
      if let node = root.node(at: labels), String(node) != "" { return }
      reader.record(
        .missing(
          key: "data.labels",
          remedy: "there is no \(FileName.shown(candidates[0])); "
            + LabelSource.hint(for: folder)),
        at: .none)
    } else {
      refuse(labels, given, "a table that exists, here or in \(FileName.shown(folder))")
    }
  }

  /// The problems of the file by line, then the others.
  private static func sorted(_ problems: [SettingsProblem]) -> [SettingsProblem] {
    func line(_ problem: SettingsProblem) -> Int {
      if case .file(_, let line) = problem.origin { line } else { .max }
    }
    return problems.enumerated().sorted {
      (line($0.element), $0.offset) < (line($1.element), $1.offset)
    }
    .map(\.element)
  }
}

extension SettingsOverride {
  /// Parses several.
  ///
  /// - Throws: `SettingsError` with all that is wrong.
  package static func parse(_ texts: [String]) throws(SettingsError) -> [SettingsOverride] {
    var overrides: [SettingsOverride] = []
    var problems: [SettingsProblem] = []
    for text in texts {
      do throws(SettingsError) {
        overrides.append(try SettingsOverride(parsing: text))
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
    return overrides
  }
}

extension TOMLValue {
  /// Whether two values are equal, 1 and 1.0 too.
  fileprivate func isSame(as other: TOMLValue) -> Bool {
    if let a = Double(TOMLNode(self)), let b = Double(TOMLNode(other)) { return a == b }
    return self == other
  }
}
