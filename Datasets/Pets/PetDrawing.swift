import Imaging

/// A drawing of one animal: what cats and dogs have in common.
struct PetDrawing {
  let breed: PetBreed
  private(set) var canvas: PetCanvas
  private var random: RandomStream
  private let noise: PetNoise
  /// How bright the fur of this animal is.
  private let tone: Float

  /// Draws an animal sitting in front of a scenery.
  init(breed: PetBreed, size: Int, random: RandomStream) {
    self.breed = breed
    self.random = random
    canvas = PetCanvas(size: size)
    canvas.paintScenery(&self.random)
    noise = PetNoise(&self.random)
    tone = self.random.uniform(0.9, 1.06)
    // One in four is a portrait.
    let isPortrait = self.random.chance(0.25)
    canvas.scale = isPortrait ? self.random.uniform(1.15, 1.4) : self.random.uniform(0.6, 0.86)
    canvas.origin =
      isPortrait
      ? Point(self.random.uniform(0.4, 0.6), self.random.uniform(0.82, 0.95))
      : Point(self.random.uniform(0.36, 0.64), self.random.uniform(0.5, 0.57))
    let place = (canvas.origin, canvas.scale, self.random.chance(0.5))
    if self.random.chance(0.35) { canvas.drawToy(&self.random) }
    (canvas.origin, canvas.scale, canvas.isMirrored) = place
    drawBody()
    canvas.angle = self.random.uniform(-0.22, 0.22)
    canvas.pivot = Point(0, -0.1)
    switch breed.species {
    case .cat: drawCatHead()
    case .dog: drawDogHead()
    }
    canvas.addGrain(0.012, &self.random)
  }

  /// Fills a part of the fur with hairs.
  mutating func fur(_ shape: PetShape, _ color: PetColor, shade: Float = 0.3, rim: Float = 0.09) {
    let noise = noise
    canvas.fill(
      shape, color * tone, softness: 0.008 + 0.03 * breed.fluff, shade: shade, rim: rim
    ) { point in 0.93 + 0.14 * noise.value(point.x * 95, point.y * 38) }
  }

  /// Fills a part without hair.
  mutating func skin(
    _ shape: PetShape, _ color: PetColor, shade: Float = 0.2, softness: Float = 0.004,
    opacity: Float = 1
  ) {
    canvas.fill(
      shape, color, softness: softness, shade: shade, rim: 0.02, opacity: opacity)
  }

  /// The same shape on both sides.
  mutating func both(_ draw: (inout PetDrawing, _ side: Float) -> Void) {
    draw(&self, -1)
    draw(&self, 1)
  }

  private mutating func drawBody() {
    let isCat = breed.species == .cat
    let wide: Float = 1 + 0.12 * breed.fluff
    canvas.fill(
      .ellipse(Point(0, 0.5), Point(0.36, 0.06)), [0, 0, 0], softness: 0.06, shade: 0, opacity: 0.4)
    // The tail: a cat's is long and curved, a dog's is short and upright.
    let tailColor = breed.hasPoints && isCat ? breed.dark : breed.fur
    let sway = random.uniform(-0.05, 0.05)
    if isCat {
      fur(
        .curve(
          [
            Point(0.16, 0.44), Point(0.36, 0.42), Point(0.43 + sway, 0.22),
            Point(0.38, 0.04 + sway),
            Point(0.45 + sway, -0.08),
          ], 0.045 + 0.02 * breed.fluff, end: 0.028), tailColor, rim: 0.04)
    } else {
      fur(
        .curve(
          [Point(0.18, 0.38), Point(0.31, 0.25), Point(0.35 + sway, 0.08)],
          0.05 + 0.03 * breed.fluff, end: 0.022), tailColor, rim: 0.04)
    }
    let haunch: Float = isCat ? 0.15 : 0.17
    both { $0.fur(.ellipse(Point($1 * 0.17 * wide, 0.36), Point(0.13, haunch)), $0.breed.fur) }
    let trunk = PetShape.ellipse(Point(0, 0.24), Point(0.21 * wide, 0.27))
      .merged(with: .ellipse(Point(0, 0.02), Point(0.155 * wide, 0.2)), over: 0.1)
    fur(trunk, breed.fur, rim: 0.13)
    if breed.hasStripes {
      both { drawing, side in
        for row in 0..<4 {
          let y = 0.1 + 0.085 * Float(row)
          drawing.fur(
            PetShape.curve(
              [
                Point(side * 0.23, y - 0.02), Point(side * 0.16, y + 0.015),
                Point(side * 0.1, y + 0.01),
              ], 0.014, end: 0.005
            ).clipped(to: trunk), drawing.breed.dark, shade: 0)
        }
      }
    }
    if breed.hasPatches {
      both { drawing, side in
        drawing.fur(
          PetShape.ellipse(Point(side * 0.2, 0.16), Point(0.11, 0.2)).clipped(to: trunk),
          [0.17, 0.13, 0.12], shade: 0.1)
      }
    }
    fur(.ellipse(Point(0, 0.13), Point(0.095, 0.17)), breed.light, shade: 0.12, rim: 0.05)
    let leg: Float = isCat ? 0.048 : 0.058
    let paws = breed.hasPoints ? (isCat ? breed.dark : breed.light) : breed.light
    both { drawing, side in
      let foot = Point(side * 0.085, 0.46)
      drawing.fur(
        .stroke([Point(side * 0.075, 0.2), foot], leg), drawing.breed.fur, shade: 0.35, rim: 0.045)
      drawing.fur(
        .ellipse(foot + Point(side * 0.008, 0.025), Point(leg * 1.3, leg * 0.78)), paws,
        shade: 0.35,
        rim: 0.04)
      for toe in [-1, 1] as [Float] {
        let x = foot.x + side * 0.008 + toe * leg * 0.42
        drawing.skin(
          .stroke([Point(x, 0.475), Point(x, 0.505)], 0.004), drawing.breed.dark, shade: 0,
          opacity: 0.6)
      }
      drawing.fur(
        .ellipse(Point(side * 0.215, 0.49), Point(leg * 1.35, leg * 0.7)), paws, shade: 0.35,
        rim: 0.04)
    }
    // Cats and dogs wear collars equally often.
    if random.chance(0.4) {
      let colors: [PetColor] = [[0.80, 0.15, 0.15], [0.15, 0.35, 0.75], [0.12, 0.55, 0.42]]
      let color = random.choice(of: colors)
      skin(
        .curve([Point(-0.135 * wide, -0.115), Point(0, -0.07), Point(0.135 * wide, -0.115)], 0.02),
        color)
      skin(.ellipse(Point(0, -0.035), Point(0.022, 0.022)), [0.93, 0.78, 0.30])
    }
  }

  /// A true value with the given probability, of this animal's stream.
  mutating func chance(_ probability: Float) -> Bool { random.chance(probability) }

  /// A number of this animal's stream.
  mutating func number(_ low: Float, _ high: Float) -> Float { random.uniform(low, high) }
}
