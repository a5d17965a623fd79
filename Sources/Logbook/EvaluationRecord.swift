/// What a run's database keeps of an evaluation: what was evaluated, and measures with intervals.
public struct EvaluationRecord: Sendable, Equatable, Codable {
  /// A measure of all items, or of one class.
  public struct Measure: Sendable, Equatable, Codable {
    /// The name, such as "roc_auc_score" or "recall".
    public let name: String
    /// The class; nil for a measure of all items.
    public let className: String?
    /// The value; nil if it is not defined.
    public let value: Double?
    /// The lower end of the 95 % interval; nil without one.
    public let low: Double?
    /// The upper end of the interval.
    public let high: Double?

    /// Creates a measure.
    public init(
      _ name: String, className: String? = nil, value: Double?, low: Double? = nil,
      high: Double? = nil
    ) {
      self.name = name
      self.className = className
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// The part of the data: "train", "valid", "test" or "all".
  public let split: String
  /// The checkpoint.
  public let checkpoint: String
  /// The table of the images.
  public let table: String
  /// Number of items.
  public let items: Int
  /// How many of them the model was trained on; nil if that is not known.
  public let trainedOn: Int?
  /// The probability from which an item was decided positive; nil: where the class is the most probable one.
  public let threshold: Double?
  /// The measures.
  public let measures: [Measure]

  /// Creates a record.
  public init(
    split: String, checkpoint: String, table: String, items: Int, trainedOn: Int?,
    threshold: Double?, measures: [Measure]
  ) {
    self.split = split
    self.checkpoint = checkpoint
    self.table = table
    self.items = items
    self.trainedOn = trainedOn
    self.threshold = threshold
    self.measures = measures
  }
}
