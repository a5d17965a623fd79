public import Tensors

/// The map of one class: how much each place of the image raises its score.
public struct ClassMap: Sendable {
  /// The index of the class.
  public let classIndex: Int
  /// The name of the class.
  public let className: String
  /// The probability that the model gives the class.
  public let probability: Double
  /// The map, `[rows, columns]`.
  ///
  /// Of one layer: raw and signed, neither clipped nor scaled, so maps of two classes can be compared. Of several
  /// layers, or in the reference mode: positive, 0 to 1.
  public let map: Tensor
  /// Where the cells lie in the model's input.
  public let grid: MapGrid
  /// The raw maps of the layers that the map is made from.
  public let layers: [LayerMap]
  /// What the map explains, for captions.
  public let target: String

  /// Creates a map from its parts; `map` is `[rows, columns]`.
  package init(
    classIndex: Int, className: String, probability: Double, map: Tensor, grid: MapGrid,
    layers: [LayerMap] = [], target: String = ""
  ) {
    precondition(
      map.rank == 2 && map.count > 0, "a map has rows and columns, not the shape \(map.shape)")
    self.classIndex = classIndex
    self.className = className
    self.probability = probability
    self.map = map
    self.grid = grid
    self.layers = layers
    self.target = target
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
