import Settings

/// A table of a settings file, and what it sets in a plan.
struct PlanSection: Sendable {
  let path: [String]
  let summary: String
  /// All keys with their aliases.
  let keys: [(key: String, aliases: [String])]
  let read: @Sendable (inout TrainingPlan, TOMLTable, inout SettingsReader) -> Void
  let states: @Sendable (TrainingPlan) -> [SettingsState]
  /// The choices with their defaults, for the reference.
  var choices: [any SettingsChoice.Type] = []

  static func group<Group: SettingsGroup>(
    _ path: String, _ place: WritableKeyPath<TrainingPlan, Group> & Sendable, _ summary: String,
    tables: Set<String> = []
  ) -> PlanSection {
    let path = path.split(separator: ".").map(String.init)
    return PlanSection(
      path: path, summary: summary, keys: Group.fields.map { ($0.key, $0.aliases) },
      read: { plan, table, reader in
        plan[keyPath: place] = reader.read(
          plan[keyPath: place], from: table, at: path, ignoring: tables)
      }, states: { $0[keyPath: place].states })
  }

  private static func keys<Kind: SettingsKind>(
    of _: Kind.Type
  ) -> [(key: String, aliases: [String])] {
    [("name", [])] + Kind.all.flatMap { $0.keysAndAliases }
  }

  /// The update rule, with what is the same for all.
  static let optimizer = PlanSection(
    path: ["optimizer"], summary: "The optimizer and the learning rates.",
    keys: keys(of: OptimizerSettings.self) + RateSettings.keysAndAliases,
    read: { plan, table, reader in
      let common = Set(RateSettings.keys)
      let arguments = Set(table.keys).subtracting(common)
      plan.rates = reader.read(plan.rates, from: table, at: ["optimizer"], ignoring: arguments)
      plan.optimizer = reader.read(
        plan.optimizer, from: table, at: ["optimizer"], ignoring: common)
    },
    states: { plan in
      [plan.optimizer.nameState("The update rule.")] + plan.rates.states + plan.optimizer.states
    }, choices: OptimizerSettings.all)

  /// The schedule, which depends on the weights if it is not given.
  static let schedule = PlanSection(
    path: ["schedule"], summary: "How the learning rate changes.",
    keys: keys(of: ScheduleSettings.self),
    read: { plan, table, reader in
      plan.schedule = reader.read(plan.resolvedSchedule, from: table, at: ["schedule"])
    },
    states: { plan in
      [
        plan.resolvedSchedule.nameState(
          "The default is fine_tune where the body is frozen first, else one_cycle.")
      ] + plan.resolvedSchedule.states
    }, choices: ScheduleSettings.all)

  /// The loss, which belongs to the target if it is not given.
  static let loss = PlanSection(
    path: ["loss"], summary: "The loss.", keys: keys(of: LossSettings.self),
    read: { plan, table, reader in
      plan.loss = reader.read(plan.resolvedLoss, from: table, at: ["loss"])
    },
    states: { plan in
      [
        plan.resolvedLoss.nameState(
          "The default belongs to data.target: cross_entropy, bce_with_logits or mse.")
      ] + plan.resolvedLoss.states
    }, choices: LossSettings.all)
}

extension SettingsGroup {
  /// The keys with their aliases.
  static var keysAndAliases: [(key: String, aliases: [String])] {
    fields.map { ($0.key, $0.aliases) }
  }
}
