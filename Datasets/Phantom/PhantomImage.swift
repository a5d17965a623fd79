/// A synthetic chest radiograph: its gray values and its pneumothorax mask.
struct PhantomImage {
  let anatomy: Anatomy
  /// The number of columns and of rows.
  let size: Int
  /// The gray values, rows from the top (MONOCHROME2: dense tissue is bright).
  let samples: [UInt8]
  /// The mask of the pneumothorax; empty without one.
  let mask: SIIMMask
  /// Whether the projection is AP (bedside) instead of PA.
  let isAP: Bool
  /// Millimeters per pixel: the width of one of four detectors, divided by the columns.
  let pixelSpacing: Double

  /// Draws image `index` of a patient.
  init(anatomy: Anatomy, seed: UInt64, index: Int, hasPneumothorax: Bool, size: Int) {
    var random = RandomStream(seed: seed, purpose: .image, index: index)
    isAP = random.chance(0.35)
    self.anatomy = anatomy
    self.size = size
    pixelSpacing = [427, 429, 420, 416][random.index(below: 4)] / Double(size)
    let pose = Pose(anatomy, isAP: isAP, random: &random)
    let exposure = Exposure(isAP: isAP, random: &random)
    let outlines = ChestOutlines(anatomy, pose: pose, isAP: isAP, random: &random)
    // Always drawn, so that the following random numbers do not depend on the class.
    let candidate = Pneumothorax(random: &random)
    let pneumothorax = hasPneumothorax ? candidate : nil

    let work = max(size / 2, 64)
    var chest = ChestPlane(
      anatomy: anatomy, outlines: outlines, pose: pose, size: work, random: &random)
    var detail = Plane(size: size)
    var space: Outline?
    for side in Side.allCases {
      guard let outline = outlines.lungs[side], let hilum = outlines.hila[side] else { continue }
      let rays = LungRays(
        outline: outline, hilum: hilum, side: side, pneumothorax: pneumothorax)
      chest.addHilum(at: hilum, side: side, pose: pose)
      if let pneumothorax, pneumothorax.side == side, let air = rays.space {
        space = air
        chest.open(air, of: pneumothorax, lung: outline)
        detail.liftThread(
          Stroke(rays.edge, halfWidth: 0.0013), amplitude: random.uniform(0.04, 0.08))
      }
      let crowding: Float = pneumothorax?.side == side ? 1 + (pneumothorax?.depth ?? 0) * 0.5 : 1
      Vessels(rays: rays, density: anatomy.vesselDensity, crowding: crowding)
        .draw(into: &detail, random: &random)
    }
    var bones = Plane(size: work)
    Skeleton(anatomy: anatomy, pose: pose).draw(into: &bones, random: &random)
    chest.addBones(bones)
    Devices(pose: pose, isAP: isAP).draw(into: &detail, random: &random)
    var noise = RandomStream(seed: seed, purpose: .noise, index: index)
    chest.addTexture(grain: exposure.grain, random: &noise)
    chest.addCollimation(random: &random)
    samples = exposure.develop(base: chest.attenuation, detail: detail, noise: &noise)
    mask = SIIMMask(width: size, height: size, sortedRuns: space?.columnRuns(size: size) ?? [])
  }
}
