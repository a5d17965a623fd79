import Imaging

/// A color: red, green and blue from 0 to 1.
typealias PetColor = SIMD3<Float>

/// A drawing of soft shapes in the units of an animal: (0, 0) is its chest, y points down, and it is about 1 high.
struct PetCanvas {
  /// Rows and columns.
  let size: Int
  private var pixels: [PetColor]
  /// Where the animal's chest is, as a fraction of the side.
  var origin = Point(0.5, 0.5)
  /// The side lengths of the image per unit.
  var scale: Float = 1
  /// A turn of what is drawn next around `pivot`, in radians.
  var angle: Float = 0
  /// The point around which `angle` turns, in units of the animal.
  var pivot = Point(0, 0)
  /// Whether left and right are exchanged.
  var isMirrored = false

  init(size: Int) {
    self.size = size
    pixels = [PetColor](repeating: PetColor(repeating: 0), count: size * size)
  }

  /// Colors every pixel by a function of its place in the image, 0 to 1.
  mutating func paint(_ color: (Point) -> PetColor) {
    for y in 0..<size {
      for x in 0..<size {
        pixels[y * size + x] = color((Point(Float(x), Float(y)) + 0.5) / Float(size))
      }
    }
  }

  /// Fills a shape.
  ///
  /// - Parameters:
  ///   - shape: The shape, in units of the animal.
  ///   - color: The color at a point of the animal.
  ///   - softness: The width of the edge; at least a pixel.
  ///   - shade: How much darker the rim is than the middle, which makes a shape round; 0 is flat.
  ///   - rim: The width of the dark rim.
  ///   - opacity: How much of what is below is covered, 0 to 1.
  ///   - texture: A factor of the color at a point of the animal.
  mutating func fill(
    _ shape: PetShape, _ color: PetColor, softness: Float = 0, shade: Float = 0.25,
    rim: Float = 0.09, opacity: Float = 1, texture: ((Point) -> Float)? = nil
  ) {
    let pixel = 1 / (Float(size) * scale)
    let edge = max(softness, pixel)
    for (place, point) in places(of: shape.bounds, margin: edge) {
      let distance = shape.distance(point)
      let cover = min(max(0.5 - distance / edge, 0), 1) * opacity
      guard cover > 0 else { continue }
      let depth = min(max(-distance / rim, 0), 1)
      // Light falls from above.
      let light = 1 - shade * (1 - depth) * (1 - depth) - 0.06 * shade * (point.y + 0.2)
      let shown = color * light * (texture?(point) ?? 1)
      pixels[place] += (shown - pixels[place]) * cover
    }
  }

  /// The pixels of a rectangle of the animal, with their points.
  private func places(of bounds: PetShape.Bounds, margin: Float) -> [(Int, Point)] {
    let low = bounds.low - margin
    let high = bounds.high + margin
    let corners = [low, Point(high.x, low.y), high, Point(low.x, high.y)].map(pixel)
    let x0 = max(Int((corners.map(\.x).min() ?? 0) - 1), 0)
    let x1 = min(Int((corners.map(\.x).max() ?? 0) + 2), size)
    let y0 = max(Int((corners.map(\.y).min() ?? 0) - 1), 0)
    let y1 = min(Int((corners.map(\.y).max() ?? 0) + 2), size)
    guard x0 < x1, y0 < y1 else { return [] }
    var found: [(Int, Point)] = []
    found.reserveCapacity((x1 - x0) * (y1 - y0))
    for y in y0..<y1 {
      for x in x0..<x1 { found.append((y * size + x, point(Float(x) + 0.5, Float(y) + 0.5))) }
    }
    return found
  }

  private func pixel(_ point: Point) -> Point {
    var local = turned(point - pivot, angle) + pivot
    if isMirrored { local.x = -local.x }
    return (origin + local * scale) * Float(size)
  }

  private func point(_ x: Float, _ y: Float) -> Point {
    var local = (Point(x, y) / Float(size) - origin) / scale
    if isMirrored { local.x = -local.x }
    return turned(local - pivot, -angle) + pivot
  }

  private func turned(_ point: Point, _ angle: Float) -> Point {
    // Small angles: the third order is exact to a thousandth up to half a radian.
    let (s, c) = (
      angle - angle * angle * angle / 6, 1 - angle * angle / 2 + angle * angle * angle * angle / 24
    )
    return Point(c * point.x - s * point.y, s * point.x + c * point.y)
  }

  /// The picture.
  var image: PixelBuffer {
    PixelBuffer(
      width: size, height: size, channels: 3,
      samples: pixels.flatMap { color in
        (0..<3).map { UInt8(min(max(color[$0], 0), 1) * 255 + 0.5) }
      })
  }

  /// Adds grain as of a camera.
  mutating func addGrain(_ amount: Float, _ random: inout RandomStream) {
    for place in pixels.indices { pixels[place] += PetColor(repeating: amount * random.bell()) }
  }
}
