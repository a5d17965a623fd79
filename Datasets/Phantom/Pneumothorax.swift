import Foundation

/// A pneumothorax: the gap between lung and chest wall by direction from the hilum.
struct Pneumothorax {
  /// The extent of the pneumothorax.
  enum Extent {
    case rim, moderate, large
  }

  let side: Side
  let extent: Extent
  /// The maximum gap, as a fraction of the distance from the chest wall to the hilum.
  let depth: Float
  /// The difference in attenuation between the gap and the lung.
  let drop: Float
  private let start: Float
  private let end: Float
  private let wave: Float
  private let phase: Float

  init(random: inout RandomStream) {
    side = random.chance(0.55) ? .right : .left
    let draw = random.uniform()
    if draw < 0.14 {
      extent = .rim
      depth = random.uniform(0.09, 0.17)
      start = random.uniform(-22, -12)
      end = random.uniform(70, 110)
    } else if draw < 0.62 {
      extent = .moderate
      depth = random.uniform(0.26, 0.42)
      start = random.uniform(-25, -14)
      end = random.uniform(112, 148)
    } else {
      extent = .large
      depth = random.uniform(0.42, 0.66)
      start = random.uniform(-28, -16)
      end = random.uniform(138, 160)
    }
    drop = random.uniform(0.05, 0.12)
    wave = random.uniform(0, 0.05)
    phase = random.uniform(0, 6.28)
  }

  /// The gap in one direction, as a fraction of the distance from the chest wall to the hilum.
  ///
  /// - Parameter angle: The direction in degrees: 0 is up, 90 outwards, 180 down.
  /// - Returns: 0 where the lung touches the wall, up to `depth`.
  func loss(at angle: Float) -> Float {
    let rise = smoothStep(angle, start, start + 30)
    let fall = 1 - smoothStep(angle, end - 50, end)
    let ripple = 1 + wave * Float(sin(Double(angle) * 0.09 + Double(phase)))
    return depth * rise * fall * ripple
  }
}

/// A lung in polar coordinates around its hilum: the distances of chest wall and lung edge by
/// direction.
struct LungRays {
  /// The first and last direction in degrees; 0 is up, 90 outwards.
  static let first: Float = -30
  static let last: Float = 170
  private static let count = 201

  let side: Side
  let hilum: Point
  private let directions: [Point]
  private let walls: [Float]
  private let losses: [Float]

  init(outline: Outline, hilum: Point, side: Side, pneumothorax: Pneumothorax?) {
    self.side = side
    self.hilum = hilum
    let angles = (0..<Self.count).map { Self.first + Float($0) }
    directions = angles.map { angle in
      let radians = Double(angle) * .pi / 180
      return Point(Float(sin(radians)) * side.sign, -Float(cos(radians)))
    }
    walls = directions.map { direction in
      let distance = outline.distance(from: hilum, along: direction)
      return distance.isFinite ? distance : 0
    }
    losses = angles.map { angle in
      guard let pneumothorax, pneumothorax.side == side else { return 0 }
      return pneumothorax.loss(at: angle)
    }
  }

  private func look(_ table: [Float], _ angle: Float) -> Float {
    let position = min(max(angle - Self.first, 0), Float(Self.count - 1))
    let index = min(Int(position), Self.count - 2)
    return table[index] + (table[index + 1] - table[index]) * (position - Float(index))
  }

  /// The distance of the chest wall from the hilum.
  func wall(at angle: Float) -> Float { look(walls, angle) }

  /// The image point at a fraction of the distance from the hilum to the lung edge.
  func point(_ part: Float, at angle: Float) -> Point {
    let radians = Double(angle) * .pi / 180
    let direction = Point(Float(sin(radians)) * side.sign, -Float(cos(radians)))
    return hilum + direction * (part * wall(at: angle) * (1 - look(losses, angle)))
  }

  /// The outline of the gap between lung and wall; nil without a pneumothorax.
  var space: Outline? {
    guard let range = open else { return nil }
    let outer = range.map { hilum + directions[$0] * walls[$0] }
    return Outline(outer + edge.reversed())
  }

  /// The lung edge along the gap: the visceral pleural line.
  var edge: [Point] {
    guard let range = open else { return [] }
    return range.map { hilum + directions[$0] * (walls[$0] * (1 - losses[$0])) }
  }

  /// The directions with a gap between lung and wall.
  private var open: ClosedRange<Int>? {
    guard let first = losses.firstIndex(where: { $0 > 0.004 }),
      let last = losses.lastIndex(where: { $0 > 0.004 }), last > first
    else { return nil }
    return first...last
  }
}
