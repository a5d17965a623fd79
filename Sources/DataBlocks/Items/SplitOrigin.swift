/// Where the parts of the data come from, so that advice about them fits.
package enum SplitOrigin: Sendable, Equatable {
  /// The table or the folders give them; whether patients are known.
  case given(byPatient: Bool)
  /// They were drawn at random; whether patients are known.
  case drawn(byPatient: Bool)
  /// They were drawn at random, the classes in equal shares.
  case stratified
  /// They are folds of a cross-validation.
  case folds

  /// The option that draws parts with the classes in equal shares.
  static func stratifiedOption(byPatient: Bool) -> String {
    "--split \(byPatient ? "stratified-patient" : "stratified")"
  }
}
