/// An unusual event during training, such as a batch that was skipped.
public struct TrainingNote: Sendable, Equatable {
  /// A stable identifier for queries, such as "bad_gradient".
  public let kind: String
  /// One sentence for people.
  public let message: String
}

extension Learner {
  /// Sends a note to all callbacks.
  ///
  /// - Throws: What a callback throws.
  public func note(_ kind: String, _ message: String) throws {
    let note = TrainingNote(kind: kind, message: message)
    for callback in callbacks { try callback.didNote(note, self) }
  }
}
