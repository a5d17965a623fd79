/// An unusual event during training, such as a skipped batch.
public struct TrainingNote: Sendable, Equatable {
  /// A stable identifier for queries, such as "bad_gradient".
  public let kind: String
  /// One sentence to read.
  public let message: String
}

/// A callback that receives notes.
public protocol TrainingNoteReceiver: Callback {
  /// Called for each note of the learner.
  func didNote(_ note: TrainingNote, _ learner: Learner) throws
}

extension Learner {
  /// Sends a note to the callbacks that receive notes, such as the logbook's.
  ///
  /// - Throws: What a callback throws.
  public func note(_ kind: String, _ message: String) throws {
    let note = TrainingNote(kind: kind, message: message)
    for callback in callbacks {
      try (callback as? any TrainingNoteReceiver)?.didNote(note, self)
    }
  }
}
