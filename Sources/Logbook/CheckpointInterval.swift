/// How often the state of a training is saved.
public enum CheckpointInterval: Sendable, Equatable, Codable {
  /// Every 10 to 50 seconds: as often as saving takes less than 1 % of the time.
  case automatic
  /// After this many training steps.
  case steps(Int)
  /// After this many seconds.
  case seconds(Double)

  /// Seconds between two states if saving one takes `cost` seconds.
  static func automaticSeconds(cost: Double) -> Double { min(max(100 * cost, 10), 50) }
}
