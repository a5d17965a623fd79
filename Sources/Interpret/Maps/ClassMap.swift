public import Tensors

/// The activation map of one class: how much each cell of a layer contributes to its score.
public struct ClassMap: Sendable {
  /// The index of the class.
  public let classIndex: Int
  /// The name of the class.
  public let className: String
  /// The probability that the model gives the class.
  public let probability: Double
  /// The raw map, `[rows, columns]`: positive cells raise the score, negative ones lower it.
  ///
  /// Neither clipped nor scaled, so maps of two classes can be compared.
  public let map: Tensor

  /// Creates a map from its parts; `map` is `[rows, columns]`.
  package init(classIndex: Int, className: String, probability: Double, map: Tensor) {
    precondition(
      map.rank == 2 && map.count > 0, "a map has rows and columns, not the shape \(map.shape)")
    self.classIndex = classIndex
    self.className = className
    self.probability = probability
    self.map = map
  }

  /// Whether a map shows anything.
  public enum Status: String, Sendable, Codable {
    /// Some cell is positive.
    case evidence
    /// No cell is positive: there is nothing to draw, and no box.
    case noPositiveEvidence
    /// The map contains NaN or infinity.
    case notFinite
  }

  /// Whether the map shows anything.
  public var status: Status {
    let values = map.floatScalars
    if !values.allSatisfy(\.isFinite) { return .notFinite }
    return values.contains { $0 > 0 } ? .evidence : .noPositiveEvidence
  }

  /// Row and column of the first cell with the highest value.
  public var peak: (row: Int, column: Int) {
    let values = map.floatScalars
    let best = values.indices.dropFirst().reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    return (best / map.shape[1], best % map.shape[1])
  }
}
