import Foundation

/// Draws the vessels of a lung, which branch and taper from the hilum to the lung edge.
struct Vessels {
  let rays: LungRays
  let density: Float
  /// The relative density of vessels: 1 for an expanded lung, more for a compressed one.
  let crowding: Float

  /// Draws all vessels.
  func draw(into plane: inout Plane, random: inout RandomStream) {
    let trunks = 17
    for trunk in 0..<trunks {
      let share = (Float(trunk) + random.uniform(0.1, 0.9)) / Float(trunks)
      let angle = LungRays.first + 8 + share * (LungRays.last - LungRays.first - 16)
      let width = random.uniform(0.0026, 0.0042)
      grow(
        from: random.uniform(0.02, 0.14), angle: angle, halfWidth: width, depth: 0, into: &plane,
        random: &random)
    }
  }

  private func grow(
    from start: Float, angle: Float, halfWidth: Float, depth: Int, into plane: inout Plane,
    random: inout RandomStream
  ) {
    var part = start
    var angle = angle
    var points = [rays.point(part, at: angle)]
    let reach = min(start + random.uniform(0.28, 0.46), 0.97)
    let step: Float = 0.035
    var turn = random.bell() * 0.8
    while part < reach {
      part += step
      turn += random.bell() * 0.5
      turn *= 0.8
      // The same turn is a smaller angle, seen from the hilum, at a greater distance.
      angle += turn / max(part, 0.15)
      points.append(rays.point(part, at: angle))
    }
    let thinning = max(1 - (part - start) * 1.1, 0.45)
    let end = halfWidth * thinning
    // Thick vessels attenuate more, and the periphery of the lung is thin.
    let amplitude = min(0.012 + halfWidth * 11, 0.055) * density * crowding
    plane.liftThread(
      Stroke(Outline.smooth(points, steps: 2), halfWidth: halfWidth, endHalfWidth: end),
      amplitude: amplitude)
    guard depth < 3, part < 0.9 else { return }
    for sign: Float in [-1, 1] {
      let spread = random.uniform(4, 11) / max(part, 0.3)
      grow(
        from: part, angle: angle + sign * spread, halfWidth: end * random.uniform(0.75, 0.95),
        depth: depth + 1, into: &plane, random: &random)
    }
    // A side branch from the middle.
    if depth < 2, points.count > 4 {
      let middle = (start + part) / 2
      let sign: Float = random.chance(0.5) ? 1 : -1
      grow(
        from: middle, angle: angle + sign * random.uniform(6, 15) / max(middle, 0.3),
        halfWidth: end * 0.7, depth: depth + 1, into: &plane, random: &random)
    }
  }
}
