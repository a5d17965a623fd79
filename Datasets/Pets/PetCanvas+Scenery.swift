extension PetCanvas {
  /// Paints a place behind an animal: a meadow, a room or a blurred garden.
  mutating func paintScenery(_ random: inout RandomStream) {
    let noise = PetNoise(&random)
    switch random.choice(of: [0, 1, 2]) {
    case 0:
      let horizon = random.uniform(0.38, 0.6)
      let sky = PetColor(0.55, 0.74, 0.93) * random.uniform(0.9, 1.05)
      let grass = PetColor(0.36, 0.58, 0.25) * random.uniform(0.8, 1.15)
      paint { point in
        let hill = horizon + 0.03 * (noise.value(point.x * 3, 0.3) - 0.5)
        if point.y < hill {
          let cloud = smoothStep(noise.value(point.x * 3, point.y * 6), 0.55, 0.85)
          let base = sky + PetColor(0.30, 0.20, 0.06) * (point.y / hill)
          return base + (PetColor(1, 1, 1) - base) * (0.7 * cloud)
        }
        let blade = noise.value(point.x * 90, point.y * 30)
        return grass * (0.72 + 0.3 * blade + 0.25 * (1 - (point.y - hill)))
      }
    case 1:
      let walls: [PetColor] = [
        [0.87, 0.82, 0.73], [0.67, 0.76, 0.80], [0.80, 0.70, 0.68], [0.75, 0.79, 0.68],
      ]
      let wall = random.choice(of: walls)
      let floor = PetColor(0.58, 0.41, 0.27) * random.uniform(0.75, 1.2)
      let edge = random.uniform(0.6, 0.74)
      let plank = random.uniform(0.1, 0.16)
      paint { point in
        if point.y < edge - 0.035 { return wall * (0.86 + 0.16 * (1 - point.y) + 0.05 * point.x) }
        if point.y < edge { return wall * 1.12 }
        let row = ((point.y - edge) / plank).rounded(.down)
        let grain = noise.value(point.x * 5 + row * 7, point.y * 60)
        let seam: Float = (point.y - edge) / plank - row < 0.05 ? 0.75 : 1
        return floor * (0.86 + 0.22 * grain) * seam
      }
    default:
      let base = PetColor(0.30, 0.42, 0.24) * random.uniform(0.8, 1.3)
      let tint = PetColor(0.75, 0.72, 0.40)
      paint { point in
        let patch = noise.value(point.x * 4, point.y * 4)
        return base + (tint - base) * (0.55 * patch * patch)
          + PetColor(repeating: 0.1 * (1 - point.y))
      }
      blurredLights(&random)
    }
  }

  private mutating func blurredLights(_ random: inout RandomStream) {
    (origin, scale, angle, isMirrored) = (Point(0, 0), 1, 0, false)
    for _ in 0..<14 {
      let center = Point(random.uniform(), random.uniform(0, 0.75))
      let radius = random.uniform(0.03, 0.1)
      fill(
        .ellipse(center, Point(radius, radius)),
        [random.uniform(0.7, 1), random.uniform(0.75, 1), random.uniform(0.45, 0.8)],
        softness: 0.03, shade: 0, opacity: random.uniform(0.12, 0.35))
    }
  }

  /// Draws what animals play with; it stands before cats and dogs alike.
  mutating func drawToy(_ random: inout RandomStream) {
    let side = random.uniform(0.06, 0.2)
    let center = Point(random.choice(of: [side, 1 - side]), random.uniform(0.84, 0.93))
    let colors: [PetColor] = [[0.85, 0.22, 0.20], [0.20, 0.42, 0.80], [0.93, 0.75, 0.18]]
    let color = random.choice(of: colors)
    let radius = random.uniform(0.04, 0.07)
    (origin, scale, angle, isMirrored) = (Point(0, 0), 1, 0, false)
    fill(
      .ellipse(center + Point(0, radius * 0.9), Point(radius * 1.2, radius * 0.3)), [0, 0, 0],
      softness: 0.03, shade: 0, opacity: 0.35)
    fill(.ellipse(center, Point(radius, radius)), color, shade: 0.5, rim: radius)
    fill(
      .ellipse(center - radius * 0.35, Point(radius, radius) * 0.22), [1, 1, 1],
      softness: radius * 0.3, shade: 0, opacity: 0.7)
  }
}

/// Smooth noise from 0 to 1 on a lattice of whole numbers.
struct PetNoise {
  private let table: [Float]

  init(_ random: inout RandomStream) { table = (0..<1024).map { _ in random.uniform() } }

  func value(_ x: Float, _ y: Float) -> Float {
    let (fx, fy) = (x.rounded(.down), y.rounded(.down))
    func corner(_ dx: Int, _ dy: Int) -> Float {
      table[((Int(fx) + dx) &* 73 &+ (Int(fy) + dy) &* 151) & 1023]
    }
    let (tx, ty) = (smoothStep(x - fx, 0, 1), smoothStep(y - fy, 0, 1))
    let above = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * tx
    let below = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * tx
    return above + (below - above) * ty
  }
}

extension RandomStream {
  /// One of several values, each equally probable.
  mutating func choice<Value>(of values: [Value]) -> Value {
    values[min(Int(uniform() * Float(values.count)), values.count - 1)]
  }
}
