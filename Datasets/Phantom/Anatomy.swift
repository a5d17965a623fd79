import Foundation

/// The anatomy of a patient, the same on all images of the patient.
struct Anatomy {
  let isFemale: Bool
  let age: Int
  /// The distance from the midline to the outermost point of a lung, as a fraction of the image
  /// side.
  let halfWidth: Float
  /// The distance from the top of the lungs to the diaphragm, as a fraction of the image side.
  let lungHeight: Float
  /// The relative width of the heart; 1 is average.
  let heart: Float
  /// The amount of soft tissue over the chest, 0...1.
  let build: Float
  let boneDensity: Float
  let vesselDensity: Float
  let ribSpacing: Float
  let ribDrop: Float
  let clavicleTilt: Float

  init(seed: UInt64, patient: Int) {
    var random = RandomStream(seed: seed, purpose: .patient, index: patient)
    isFemale = random.chance(0.45)
    age = 18 + random.index(below: 68)
    halfWidth = random.uniform(0.355, 0.395) * (isFemale ? 0.95 : 1)
    lungHeight = random.uniform(0.52, 0.62)
    heart = random.uniform(0.9, 1.2)
    build = random.uniform()
    boneDensity = random.uniform(0.75, 1.15)
    vesselDensity = random.uniform(0.8, 1.15)
    ribSpacing = random.uniform(0.112, 0.13)
    ribDrop = random.uniform(0.27, 0.38)
    clavicleTilt = random.uniform(-0.05, 0.06)
  }

  /// The patient's sex as in DICOM.
  var sex: String { isFemale ? "F" : "M" }
}

/// The side of a lung; the patient's right lung is on the left of the image.
enum Side: CaseIterable {
  case right, left

  /// -1 for the lung at smaller x, otherwise 1.
  var sign: Float { self == .right ? -1 : 1 }
}

/// The pose of a patient: maps chest coordinates to the image.
///
/// Chest coordinates are `u`, from the midline outwards in half widths, and `v`, from the top of
/// the lungs (0) to the diaphragm (1).
struct Pose {
  let midline: Float
  let top: Float
  let halfWidth: Float
  let height: Float
  let cosine: Float
  let sine: Float
  /// The relative difference in width between the patient's right and left half, from rotation.
  let skew: Float

  init(_ anatomy: Anatomy, isAP: Bool, random: inout RandomStream) {
    let scale = random.uniform(0.94, 1.06)
    midline = 0.5 + random.uniform(-0.03, 0.03)
    top = 0.13 + random.uniform(-0.03, 0.035)
    halfWidth = anatomy.halfWidth * scale
    // Bedside (AP) images are taken with less inspiration.
    height = anatomy.lungHeight * scale * (isAP ? random.uniform(0.84, 0.96) : 1)
    let angle = Double(random.bell() * 0.028)
    cosine = Float(cos(angle))
    sine = Float(sin(angle))
    skew = random.bell() * 0.03
  }

  /// Maps chest coordinates on one side to the image.
  func place(_ u: Float, _ v: Float, _ side: Side) -> Point {
    let wide = u * halfWidth * (1 - side.sign * skew)
    return turn(Point(midline + side.sign * wide, top + v * height))
  }

  /// Maps an offset from the midline and a height to the image, with the rotation of the patient.
  func place(offset: Float, y: Float) -> Point {
    turn(Point(midline + offset, y))
  }

  private func turn(_ point: Point) -> Point {
    let x = point.x - 0.5
    let y = point.y - 0.5
    return Point(0.5 + cosine * x - sine * y, 0.5 + sine * x + cosine * y)
  }
}

/// The outlines of the chest on an image.
struct ChestOutlines {
  let body: Outline
  let lungs: [Side: Outline]
  let heart: Outline
  /// The point where the vessels of a lung start.
  let hila: [Side: Point]

  init(_ anatomy: Anatomy, pose: Pose, isAP: Bool, random: inout RandomStream) {
    body = Self.body(anatomy, pose: pose, random: &random)
    let heartWidth = anatomy.heart * (isAP ? 1.1 : 1) * random.uniform(0.97, 1.03)
    let rightDome = random.uniform(0.92, 0.98)
    let leftDome = rightDome + random.uniform(0.01, 0.07)
    let right: [Point] = [
      Point(0.42, 0.00), Point(0.61, 0.05), Point(0.77, 0.18), Point(0.90, 0.40),
      Point(0.97, 0.65), Point(1.00, 0.90), Point(0.985, 1.12), Point(0.94, 1.15),
      Point(0.86, rightDome + 0.09), Point(0.72, rightDome + 0.01), Point(0.55, rightDome),
      Point(0.38, rightDome + 0.04), Point(0.25, rightDome + 0.10),
      Point(0.20 + 0.06 * (heartWidth - 1), 0.90), Point(0.215 * heartWidth, 0.76),
      Point(0.165, 0.55), Point(0.15, 0.35), Point(0.17, 0.14), Point(0.27, 0.03),
    ]
    let left: [Point] = [
      Point(0.42, 0.00), Point(0.61, 0.05), Point(0.77, 0.18), Point(0.90, 0.40),
      Point(0.97, 0.65), Point(1.00, 0.92), Point(0.985, 1.16), Point(0.94, 1.19),
      Point(0.88, leftDome + 0.10), Point(0.76, leftDome + 0.02),
      Point(0.60 * heartWidth, leftDome + 0.02), Point(0.555 * heartWidth, 0.87),
      Point(0.46 * heartWidth, 0.72), Point(0.32 * heartWidth, 0.57), Point(0.225, 0.46),
      Point(0.20, 0.39), Point(0.245, 0.31), Point(0.22, 0.23), Point(0.17, 0.13),
      Point(0.28, 0.03),
    ]
    func outline(_ points: [Point], _ side: Side) -> Outline {
      Outline(
        through: points.map { point in
          let jitter = Point(random.bell(), random.bell()) * 0.008
          return pose.place(point.x + jitter.x, point.y + jitter.y, side)
        })
    }
    lungs = [.right: outline(right, .right), .left: outline(left, .left)]
    heart = Outline(through: [
      pose.place(0.10, 0.30, .left), pose.place(0.26, 0.50, .left),
      pose.place(0.44 * heartWidth, 0.70, .left), pose.place(0.56 * heartWidth, 0.90, .left),
      pose.place(0.52 * heartWidth, 1.05, .left), pose.place(0.0, 1.10, .left),
      pose.place(0.22, 1.0, .right), pose.place(0.24 * heartWidth, 0.78, .right),
      pose.place(0.14, 0.50, .right), pose.place(0.08, 0.30, .right),
    ])
    hila = [.right: pose.place(0.27, 0.50, .right), .left: pose.place(0.37, 0.46, .left)]
  }

  private static func body(
    _ anatomy: Anatomy, pose: Pose, random: inout RandomStream
  ) -> Outline {
    let wall = pose.halfWidth + 0.045 + 0.05 * anatomy.build
    let armpit = 0.40 + random.uniform(-0.03, 0.06)
    let shoulder = pose.top + random.uniform(-0.03, 0.02)
    var points: [Point] = []
    let half: [Point] = [
      Point(0.10 + 0.02 * anatomy.build, -0.10), Point(0.115 + 0.02 * anatomy.build, 0.0),
      Point(0.16, shoulder - 0.06), Point(0.30, shoulder - 0.025), Point(0.42, shoulder + 0.01),
      Point(0.56, shoulder + 0.09), Point(0.75, shoulder + 0.25), Point(0.75, armpit + 0.28),
      Point(max(wall + 0.06, 0.52), armpit + 0.14), Point(wall + 0.005, armpit + 0.10),
      Point(wall, armpit + 0.2), Point(wall + 0.004, 0.85), Point(wall + 0.02, 1.12),
    ]
    points += half.map { pose.place(offset: $0.x, y: $0.y) }
    points += half.reversed().map { pose.place(offset: -$0.x, y: $0.y) }
    return Outline(through: points, steps: 6)
  }
}
