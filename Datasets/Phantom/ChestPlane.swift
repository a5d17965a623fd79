/// The attenuation of the soft tissue of a chest, at half the resolution of the image.
///
/// 0 is air outside of the body, about 0.35 aerated lung, 0.9 the abdomen.
struct ChestPlane {
  var attenuation: Plane
  /// The coverage by aerated lung, 0...1; fine markings are drawn only there.
  private var lung: Plane
  private let coarse: Int

  init(
    anatomy: Anatomy, outlines: ChestOutlines, pose: Pose, size: Int, random: inout RandomStream
  ) {
    coarse = max(size / 4, 32)
    let unit = max(coarse / 64, 1)
    // Smooth fields have no edges, so a quarter of the resolution is enough.
    var thickness = outlines.body.coverage(size: coarse)
    thickness.blur(radius: 3 * unit)
    var heart = outlines.heart.coverage(size: coarse)
    heart.blur(radius: unit)
    var soft = Plane(size: coarse)
    var air = Plane(size: coarse)
    for side in Side.allCases {
      guard let outline = outlines.lungs[side] else { continue }
      // One lung is slightly more transparent than the other on many images.
      air.add(outline.coverage(size: coarse), times: 1 + random.bell() * 0.06)
    }
    var wide = air
    wide.blur(radius: 3 * unit)
    air.blur(radius: unit)
    let build = anatomy.build
    let (height, top) = (pose.height, pose.top)
    let tilt = random.bell() * 0.04
    let darkness = random.uniform(0.95, 1.05)
    for y in 0..<coarse {
      let v = ((Float(y) + 0.5) / Float(coarse) - top) / height
      for x in 0..<coarse {
        let place = y * coarse + x
        let u = (Float(x) + 0.5) / Float(coarse) - 0.5
        let belly = smoothStep(v, 0.75, 1.15)
        soft.values[place] =
          thickness.values[place] * (0.28 + 0.06 * build + 0.20 * belly)
          + 0.15 * heart.values[place] + tilt * u
        // There is more tissue in front of and behind the lower lung, so it is brighter.
        let zone = 1.06 - (0.10 + 0.07 * build) * smoothStep(v, 0.1, 1.0)
        air.values[place] =
          darkness * zone * (0.13 + 0.14 * wide.values[place] + 0.14 * air.values[place])
      }
    }
    Self.addBreasts(anatomy, pose: pose, to: &soft, random: &random)
    if random.chance(0.5) { Self.addStomach(pose: pose, to: &soft, random: &random) }
    Self.addTrachea(pose: pose, to: &soft)

    var body = outlines.body.coverage(size: size)
    body.blur(radius: 1, passes: 1)
    attenuation = soft.resampled(to: size)
    let depth = air.resampled(to: size)
    lung = Plane(size: size)
    for side in Side.allCases {
      guard let outline = outlines.lungs[side] else { continue }
      var coverage = outline.coverage(size: size)
      coverage.blur(radius: max(size / 512, 1), passes: 2)
      lung.add(coverage, times: 1)
    }
    for place in attenuation.values.indices {
      attenuation.values[place] +=
        0.46 * body.values[place] - depth.values[place] * lung.values[place]
    }
  }

  /// Removes the lung tissue from the pneumothorax and compresses the rest of the lung.
  mutating func open(_ space: Outline, of pneumothorax: Pneumothorax, lung outline: Outline) {
    let size = attenuation.width
    var gap = space.coverage(size: size)
    gap.blur(radius: 1, passes: 1)
    var whole = outline.coverage(size: size)
    whole.blur(radius: 1, passes: 1)
    let pressed = 0.02 + 0.10 * pneumothorax.depth
    let drop = pneumothorax.drop
    for place in gap.values.indices {
      let open = min(gap.values[place], 1) * min(lung.values[place] * 1.05, 1)
      attenuation.values[place] +=
        -drop * open + pressed * max(whole.values[place] - gap.values[place], 0)
      lung.values[place] *= 1 - gap.values[place]
    }
  }

  /// Adds the hilum, the dense root of a lung.
  mutating func addHilum(at hilum: Point, side: Side, pose: Pose) {
    var plane = Plane(size: coarse)
    plane.liftThread(
      Stroke(
        [hilum + Point(0, -0.035), hilum + Point(side.sign * 0.012, 0.06)], halfWidth: 0.036,
        endHalfWidth: 0.02), amplitude: 0.085)
    plane.blur(radius: max(coarse / 64, 1), passes: 2)
    attenuation.add(plane.resampled(to: attenuation.width), times: 1)
  }

  /// Adds bones, with less contrast where much tissue scatters the beam.
  mutating func addBones(_ bones: Plane) {
    for place in bones.values.indices {
      let tissue = attenuation.values[place]
      attenuation.values[place] =
        tissue + bones.values[place] * (1.1 - 0.8 * smoothStep(tissue, 0.5, 0.95))
    }
  }

  /// Adds fine lung markings and tissue texture.
  mutating func addTexture(grain: Float, random: inout RandomStream) {
    let size = attenuation.width
    var fine = Plane(size: size)
    for place in fine.values.indices { fine.values[place] = random.bell() }
    var smooth = fine
    smooth.blur(radius: max(size / 256, 1), passes: 2)
    var mottled = Plane(size: coarse)
    for place in mottled.values.indices { mottled.values[place] = random.bell() }
    mottled.blur(radius: max(coarse / 64, 1), passes: 2)
    let tissue = mottled.resampled(to: size)
    for place in fine.values.indices {
      attenuation.values[place] +=
        grain * fine.values[place] + 0.05 * lung.values[place] * smooth.values[place]
        + (0.03 + 0.05 * lung.values[place]) * tissue.values[place]
    }
  }

  /// Blackens the border outside of the collimation, on some images.
  mutating func addCollimation(random: inout RandomStream) {
    guard random.chance(0.25) else { return }
    let size = attenuation.width
    let left = Int(random.uniform(0, 0.035) * Float(size))
    let right = size - Int(random.uniform(0, 0.035) * Float(size))
    let bottom = size - Int(random.uniform(0, 0.04) * Float(size))
    for y in 0..<size {
      for x in 0..<size where x < left || x >= right || y >= bottom {
        attenuation.values[y * size + x] = -0.2
      }
    }
  }

  private static func addBreasts(
    _ anatomy: Anatomy, pose: Pose, to plane: inout Plane, random: inout RandomStream
  ) {
    guard anatomy.isFemale else { return }
    let size = 0.28 + 0.1 * anatomy.build
    for side in Side.allCases {
      let center = Point(0.60 + random.bell() * 0.03, 0.82 + random.bell() * 0.03)
      let outline = Outline(
        through: [
          Point(0, -1.3), Point(0.9, -0.4), Point(1.1, 0.5), Point(0, 1), Point(-0.95, 0.4),
          Point(-0.7, -0.5),
        ].map { pose.place(center.x + $0.x * size, center.y + $0.y * size * 0.75, side) })
      var shadow = outline.coverage(size: plane.width)
      shadow.blur(radius: max(plane.width / 128, 1), passes: 2)
      plane.add(shadow, times: 0.04 + 0.03 * anatomy.build)
    }
  }

  /// Adds the gastric air bubble below the left diaphragm.
  private static func addStomach(
    pose: Pose, to plane: inout Plane, random: inout RandomStream
  ) {
    let center = Point(random.uniform(0.36, 0.62), random.uniform(1.2, 1.3))
    let size = random.uniform(0.07, 0.14)
    let flatness = random.uniform(0.45, 0.8)
    let outline = Outline(
      through: [
        Point(-1.2, 0.1), Point(-0.6, -0.75), Point(0.5, -0.85), Point(1.1, -0.2), Point(0.6, 0.5),
        Point(-0.4, 0.3),
      ].map { pose.place(center.x + $0.x * size, center.y + $0.y * size * flatness, .left) })
    var bubble = outline.coverage(size: plane.width)
    bubble.blur(radius: max(plane.width / 96, 1), passes: 2)
    plane.add(bubble, times: -random.uniform(0.10, 0.28))
  }

  private static func addTrachea(pose: Pose, to plane: inout Plane) {
    var tube = Plane(size: plane.width)
    tube.liftThread(
      Stroke(
        [pose.place(-0.01, -0.4, .right), pose.place(0.02, 0.30, .right)], halfWidth: 0.021),
      amplitude: 1)
    tube.blur(radius: max(plane.width / 128, 1), passes: 1)
    plane.add(tube, times: -0.11)
  }
}
