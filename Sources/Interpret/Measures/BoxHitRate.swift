public import Imaging
import Tensors

/// How often the box of a class meets the true mask, beside the same for a cell chosen at random.
///
/// A large cell meets a large mask easily, so the rate means little without `chance`.
public struct BoxHitRate: Sendable, Equatable, Codable {
  /// Images with a mask.
  public private(set) var images = 0
  /// Images whose box meets the mask.
  public private(set) var hits = 0
  /// Images without a box.
  public private(set) var withoutBox = 0
  private var chanceSum = 0.0

  /// Creates an empty measure.
  public init() {}

  /// The share of images whose box meets the mask; nil without images.
  public var rate: Double? { images > 0 ? Double(hits) / Double(images) : nil }

  /// The expected rate of a cell chosen at random from each map; nil without images.
  public var chance: Double? { images > 0 ? chanceSum / Double(images) : nil }

  /// Adds an image, unless its mask is empty.
  ///
  /// - Parameters:
  ///   - explanation: Holds the map of the class.
  ///   - className: The class that the mask is of.
  ///   - mask: The true region, in original pixels.
  public mutating func add(_ explanation: Explanation, className: String, mask: any ImageMask) {
    guard !mask.isEmpty, let map = explanation.maps.first(where: { $0.className == className })
    else { return }
    images += 1
    if let box = explanation.peakBox(map) {
      if mask.intersects(box.box) { hits += 1 }
    } else {
      withoutBox += 1
    }
    let (rows, columns) = (map.map.shape[0], map.map.shape[1])
    var met = 0
    for row in 0..<rows {
      for column in 0..<columns {
        let cell = explanation.cellBox(map, row: row, column: column).box
        if cell.area > 0, mask.intersects(cell) { met += 1 }
      }
    }
    chanceSum += Double(met) / Double(rows * columns)
  }
}
