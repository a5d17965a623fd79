package import Settings

/// The registry of all settings.
extension TrainingPlan {
  /// The sections but `[callbacks.…]` and `[[transforms]]`, in the order in which they are read and written.
  static let sections: [PlanSection] = [
    .group("run", \.about, "What the run is called, and its seed."),
    .group("data", \.data, "Images, labels, and how they are split and loaded."),
    .group("image", \.image, "From a file to the model's input."),
    .group(
      "augment", \.augment, "Random transforms in training (fastai's aug_transforms).",
      tables: ["erasing"]),
    .group("augment.erasing", \.augment.erasing, "Random rectangles of noise (RandomErasing)."),
    .group("model", \.model, "The network and its first weights.", tables: ["head"]),
    .group("model.head", \.model.head, "The layers behind the body (fastai's create_head)."),
    .group("train", \.train, "How long to train, and what to measure."),
    .schedule,
    .optimizer,
    .loss,
    .group("checkpoint", \.checkpoint, "When the state is saved, so that the run can be resumed."),
    .group("compute", \.compute, "Threads, precision and convolution algorithm."),
  ]

  /// Sections that a custom pipeline takes the place of.
  private static let pipelineSections: Set<String> = ["image", "augment"]
  static let callbacksKey = "callbacks"
  static let transformsKey = "transforms"

  /// All keys, dotted.
  static let knownKeys: [String] = {
    var known: [String] = []
    for section in sections {
      let table = section.path.joined(separator: ".")
      for (key, _) in section.keys { known.append("\(table).\(key)") }
    }
    for choice in CallbackSettings.all {
      known.append("\(callbacksKey).\(choice.name)")
      for (key, _) in choice.keysAndAliases {
        known.append("\(callbacksKey).\(choice.name).\(key)")
      }
    }
    return known + [transformsKey]
  }()

  /// Other words for keys, dotted.
  static let keyAliases: [String: String] = {
    var aliases: [String: String] = [:]
    for section in sections {
      let table = section.path.joined(separator: ".")
      for (key, others) in section.keys {
        for other in others where aliases["\(table).\(other)"] == nil {
          aliases["\(table).\(other)"] = "\(table).\(key)"
        }
      }
    }
    return aliases
  }()

  /// A reader that suggests these keys.
  static func reader(
    _ problems: [SettingsProblem] = [], ignoresUnknown: Bool = false
  ) -> SettingsReader {
    SettingsReader(
      known: knownKeys, aliases: keyAliases, problems: problems, ignoresUnknown: ignoresUnknown)
  }

  /// Takes the settings of a table; the pipeline is read by `readTransforms`.
  mutating func read(_ root: TOMLTable, _ reader: inout SettingsReader) {
    for section in Self.sections {
      if let table = reader.section(section.path, of: root) {
        section.read(&self, table, &reader)
      }
    }
    readCallbacks(root, &reader)
    let tables = Set(Self.sections.map { $0.path[0] } + [Self.callbacksKey, Self.transformsKey])
    for key in root.keys where !tables.contains(key) {
      if let node = root[key] { reader.recordUnknown([key], node) }
    }
  }

  /// Reads `[callbacks.name]`, `callbacks.name = true`.
  private mutating func readCallbacks(_ root: TOMLTable, _ reader: inout SettingsReader) {
    guard let table = reader.section([Self.callbacksKey], of: root) else { return }
    var read: [String: CallbackSettings] = [:]
    for key in table.keys {
      guard let node = table[key] else { continue }
      let path = [Self.callbacksKey, key]
      guard let type = CallbackSettings.all.first(where: { $0.name == key }) else {
        reader.record(
          .unknownKey(TOMLText.key(path), nearest: reader.nearest(path)), at: node.origin)
        continue
      }
      switch node.value {
      case .table(let arguments):
        let choice = reader.read(type, of: CallbackSettings.self, from: arguments, at: path)
        read[key] = CallbackSettings(choice)
      case .bool(true): read[key] = CallbackSettings(type.init())
      case .bool(false): break
      default:
        reader.record(
          .value(
            key: TOMLText.key(path), found: node.value.summary,
            allowed: "true, false or a table, [\(TOMLText.key(path))]"), at: node.origin)
      }
    }
    callbacks = CallbackSettings.all.compactMap { read[$0.name] }
  }

  /// All settings but the pipeline that was set, as a table.
  package var settings: TOMLTable {
    var root = TOMLTable()
    for section in Self.sections {
      if section.path == ["schedule"], schedule == nil { continue }
      if section.path == ["loss"], loss == nil { continue }
      if ownPipeline != nil, Self.pipelineSections.contains(section.path[0]) { continue }
      root.set(TOMLNode(.table(TOMLTable())), at: section.path)
      for state in section.states(self) {
        root.set(state.value.map { TOMLNode($0) }, at: section.path + [state.key])
      }
    }
    for callback in callbacks {
      root.set(
        TOMLNode(.table(callback.choice.table)), at: [Self.callbacksKey, callback.name])
    }
    return root
  }

  /// The settings as sections, for a file.
  ///
  /// `template`: whether to show the callbacks that are not used too, as comments.
  func sections(template: Bool) -> [SettingsSection] {
    let shown = Self.sections.filter {
      ownPipeline == nil || !Self.pipelineSections.contains($0.path[0])
    }.map { SettingsSection($0.path, $0.summary, $0.states(self)) }
    let used = Dictionary(callbacks.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    return shown
      + CallbackSettings.all.compactMap { type in
        let callback = used[type.name]
        guard callback != nil || template else { return nil }
        return SettingsSection(
          [Self.callbacksKey, type.name], type.summary,
          callback?.states ?? type.init().states, isActive: callback != nil)
      }
  }
}
