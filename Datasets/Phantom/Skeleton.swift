import Foundation

/// Draws bones into a plane of attenuation.
struct Skeleton {
  let anatomy: Anatomy
  let pose: Pose

  /// Adds spine, ribs, clavicles and scapulae.
  func draw(into plane: inout Plane, random: inout RandomStream) {
    var scratch = Plane(size: plane.width)
    let density = anatomy.boneDensity
    drawSpine(into: &plane, scratch: &scratch, random: &random)
    for side in Side.allCases {
      for rib in 0..<11 {
        let wobble = random.bell() * 0.006
        let back = ribLine(rib, side, from: 2, to: 104, wobble: wobble)
        plane.addBone(
          Stroke(back, halfWidth: 0.0125, endHalfWidth: 0.0105), amplitude: 0.05 * density,
          cortex: 0.03 * density, scratch: &scratch)
        guard rib < 8 else { continue }
        let front = ribLine(rib, side, from: 76, to: 136 + 3 * Float(rib % 3), wobble: wobble)
        plane.addBone(
          Stroke(front, halfWidth: 0.0105, endHalfWidth: 0.015), amplitude: 0.028 * density,
          cortex: 0.014 * density, scratch: &scratch)
      }
      drawShoulder(side, into: &plane, scratch: &scratch, random: &random)
    }
  }

  /// A rib as a tilted ring in frontal projection; angle 0 is at the spine, 90 at the side.
  private func ribLine(
    _ rib: Int, _ side: Side, from first: Float, to last: Float, wobble: Float
  ) -> [Point] {
    let origin = -0.075 + anatomy.ribSpacing * Float(rib) + wobble
    let drop = anatomy.ribDrop * (0.62 + 0.05 * Float(rib))
    let wide = Self.cage(at: origin + 0.5 * drop) * 1.005
    return stride(from: first, through: last, by: 4).map { angle in
      let radians = Double(angle) * .pi / 180
      let lift = 0.035 * Float(sin(2 * radians))
      let v = origin + drop * Float((1 - cos(radians)) / 2) - (angle < 90 ? lift : 0)
      return pose.place(wide * Float(sin(radians)), v, side)
    }
  }

  /// The half width of the rib cage at a height, relative to that of the chest.
  static func cage(at v: Float) -> Float {
    let heights: [Float] = [-0.06, 0.05, 0.18, 0.40, 0.65, 0.90, 1.4]
    let widths: [Float] = [0.42, 0.62, 0.78, 0.91, 0.975, 1.0, 1.0]
    guard v > heights[0] else { return widths[0] }
    for index in 1..<heights.count where v <= heights[index] {
      let t = (v - heights[index - 1]) / (heights[index] - heights[index - 1])
      return widths[index - 1] + (widths[index] - widths[index - 1]) * t
    }
    return 1
  }

  private func drawSpine(
    into plane: inout Plane, scratch: inout Plane, random: inout RandomStream
  ) {
    let density = anatomy.boneDensity
    let bend = random.bell() * 0.006
    var v: Float = -0.32
    while v < 1.7 {
      let x = bend * Float(sin(Double(v) * 3))
      let body = [
        pose.place(offset: x, y: pose.top + v * pose.height),
        pose.place(offset: x, y: pose.top + (v + 0.062) * pose.height),
      ]
      let wide = 0.026 + 0.006 * min(max(v, 0), 1)
      plane.addBone(
        Stroke(body, halfWidth: wide), amplitude: 0.035 * density, cortex: 0.012 * density,
        scratch: &scratch)
      // The spinous process and the two pedicles.
      for offset: Float in [-0.6, 0, 0.6] {
        let y = pose.top + (v + 0.03) * pose.height
        let spot = [
          pose.place(offset: x + offset * wide, y: y),
          pose.place(offset: x + offset * wide, y: y + 0.012),
        ]
        plane.addBone(
          Stroke(spot, halfWidth: 0.005), amplitude: 0.01, cortex: 0.02 * density,
          scratch: &scratch)
      }
      v += 0.104
    }
  }

  private func drawShoulder(
    _ side: Side, into plane: inout Plane, scratch: inout Plane, random: inout RandomStream
  ) {
    let density = anatomy.boneDensity
    let tilt = anatomy.clavicleTilt + random.bell() * 0.02
    let clavicle = Outline.smooth([
      pose.place(0.10, 0.10, side), pose.place(0.32, 0.075 - 0.3 * tilt, side),
      pose.place(0.58, 0.035 - 0.7 * tilt, side), pose.place(0.86, -0.035 - tilt, side),
      pose.place(1.10, -0.055 - tilt, side),
    ])
    plane.addBone(
      Stroke(clavicle, halfWidth: 0.0145, endHalfWidth: 0.0115), amplitude: 0.065 * density,
      cortex: 0.045 * density, scratch: &scratch)
    let head = pose.place(1.30, 0.07, side)
    let shaft = pose.place(1.52, 0.62, side)
    plane.addBone(
      Stroke([head, pose.place(1.31, 0.10, side)], halfWidth: 0.042), amplitude: 0.05,
      cortex: 0.02, scratch: &scratch)
    plane.addBone(
      Stroke([head, shaft], halfWidth: 0.026, endHalfWidth: 0.022), amplitude: 0.05 * density,
      cortex: 0.04 * density, scratch: &scratch)
    // The scapula; its border crosses the upper lung on some images.
    let inward = random.uniform(0.84, 1.08)
    let blade = Outline.smooth([
      pose.place(inward + 0.22, 0.02, side), pose.place(inward + 0.05, 0.16, side),
      pose.place(inward, 0.36, side), pose.place(inward + 0.04, 0.56, side),
    ])
    plane.addBone(
      Stroke(blade, halfWidth: 0.007), amplitude: 0.022, cortex: 0.012, scratch: &scratch)
    let plate = Outline(
      through: blade + [pose.place(inward + 0.18, 0.45, side), pose.place(1.26, 0.12, side)],
      steps: 3)
    let coverage = plate.coverage(size: plane.width)
    plane.add(coverage, times: 0.025)
  }
}

extension Plane {
  /// Adds another plane of the same size, scaled by a factor.
  mutating func add(_ other: Plane, times factor: Float) {
    precondition(
      other.values.count == values.count,
      "planes have different sizes: \(values.count) and \(other.values.count)")
    let count = values.count
    other.values.withUnsafeBufferPointer { other in
      values.withUnsafeMutableBufferPointer { values in
        for index in 0..<count { values[index] += factor * other[index] }
      }
    }
  }
}
