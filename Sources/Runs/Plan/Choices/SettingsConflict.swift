import Settings

/// An argument of a choice that does not go with the others.
struct SettingsConflict: Sendable {
  /// The argument.
  let key: String
  let value: TOMLValue?
  /// What it may be, given the others.
  let allowed: String
}
