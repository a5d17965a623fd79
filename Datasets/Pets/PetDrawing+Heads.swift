extension PetDrawing {
  /// A cat's head: upright pointed ears, slit pupils, a small nose, whiskers.
  mutating func drawCatHead() {
    let earColor = breed.hasPoints ? breed.dark : breed.fur
    both { drawing, side in
      let outer = [
        Point(side * 0.205, -0.33), Point(side * 0.19, -0.565), Point(side * 0.045, -0.43),
      ]
      drawing.fur(.polygon(outer, rounding: 0.014), earColor, shade: 0.15)
      let inner = [
        Point(side * 0.175, -0.39), Point(side * 0.172, -0.515), Point(side * 0.09, -0.43),
      ]
      drawing.skin(.polygon(inner, rounding: 0.008), [0.90, 0.66, 0.62], softness: 0.015)
    }
    let head = PetShape.ellipse(Point(0, -0.305), Point(0.2, 0.165))
      .merged(with: .ellipse(Point(-0.1, -0.24), Point(0.11, 0.085)), over: 0.05)
      .merged(with: .ellipse(Point(0.1, -0.24), Point(0.11, 0.085)), over: 0.05)
    fur(head, breed.fur, rim: 0.12)
    if breed.hasPoints {
      fur(.ellipse(Point(0, -0.27), Point(0.105, 0.12)), breed.dark, shade: -0.35, rim: 0.1)
    }
    if breed.hasStripes {
      for x in [-0.07, -0.025, 0.025, 0.07] as [Float] {
        fur(
          .stroke([Point(x * 1.25, -0.45), Point(x, -0.385)], 0.011, end: 0.005), breed.dark,
          shade: 0)
      }
      both { drawing, side in
        for row in [-0.01, 0.03] as [Float] {
          drawing.fur(
            .curve(
              [
                Point(side * 0.205, -0.275 + row), Point(side * 0.17, -0.265 + row),
                Point(side * 0.14, -0.262 + row),
              ], 0.009, end: 0.004), drawing.breed.dark, shade: 0)
        }
      }
    }
    let muzzle = breed.hasPoints ? breed.dark * 1.3 : breed.light
    fur(.ellipse(Point(0, -0.185), Point(0.045, 0.032)), muzzle, shade: 0.15, rim: 0.03)
    both { $0.fur(.ellipse(Point($1 * 0.042, -0.222), Point(0.056, 0.043)), muzzle, rim: 0.04) }
    let gaze = number(-0.008, 0.008)
    let pupil = number(0.010, 0.020)
    both { drawing, side in
      let center = Point(side * 0.09, -0.325)
      let tilt = side * -0.2
      drawing.skin(.ellipse(center, Point(0.053, 0.043), tilt: tilt), [0.13, 0.10, 0.09])
      drawing.skin(
        .ellipse(center, Point(0.046, 0.037), tilt: tilt), drawing.breed.eyes, shade: 0.5)
      drawing.skin(.ellipse(center + Point(gaze, 0), Point(pupil, 0.034)), [0.03, 0.03, 0.03])
      drawing.skin(.ellipse(center + Point(0.014, -0.014), Point(0.010, 0.010)), [1, 1, 1])
    }
    let nose: PetColor = breed.hasPoints ? [0.35, 0.22, 0.22] : [0.86, 0.52, 0.50]
    skin(
      .polygon([Point(-0.022, -0.262), Point(0.022, -0.262), Point(0, -0.242)], rounding: 0.006),
      nose)
    let line = breed.dark * 0.6
    skin(.stroke([Point(0, -0.238), Point(0, -0.215)], 0.004), line, shade: 0)
    both { drawing, side in
      drawing.skin(
        .curve(
          [Point(0, -0.215), Point(side * 0.025, -0.198), Point(side * 0.052, -0.206)], 0.004),
        line, shade: 0)
      for whisker in [-1, 0, 1] as [Float] {
        drawing.skin(
          .curve(
            [
              Point(side * 0.06, -0.222 + whisker * 0.012),
              Point(side * 0.17, -0.232 + whisker * 0.028),
              Point(side * 0.28, -0.222 + whisker * 0.055),
            ], 0.0032, end: 0.001), [0.98, 0.98, 0.96], shade: 0, opacity: 0.9)
      }
    }
  }

  /// A dog's head: hanging ears, a long muzzle, a large nose, round eyes.
  mutating func drawDogHead() {
    let long = breed.ears
    let skull = PetShape.ellipse(Point(0, -0.33), Point(0.165, 0.155))
      .merged(with: .ellipse(Point(0, -0.215), Point(0.115, 0.115)), over: 0.09)
    fur(skull, breed.fur, rim: 0.12)
    if breed.hasPatches {
      fur(.ellipse(Point(0, -0.40), Point(0.028, 0.12)).clipped(to: skull), breed.light, shade: 0)
    }
    both { drawing, side in
      let ear = PetShape.curve(
        [
          Point(side * 0.125, -0.43), Point(side * 0.2, -0.38),
          Point(side * 0.215, -0.38 + 0.11 * long), Point(side * 0.2, -0.38 + 0.2 * long),
        ], 0.045, end: 0.062)
      drawing.fur(ear, drawing.breed.dark, shade: 0.4, rim: 0.06)
    }
    let muzzle = breed.hasPoints ? breed.dark : breed.light
    let snout = PetShape.ellipse(Point(0, -0.2), Point(0.092, 0.09))
      .merged(with: .ellipse(Point(0, -0.27), Point(0.05, 0.07)), over: 0.05)
    fur(snout, muzzle, shade: 0.25, rim: 0.06)
    both { drawing, side in
      let center = Point(side * 0.078, -0.345)
      drawing.skin(.ellipse(center, Point(0.036, 0.034)), [0.10, 0.07, 0.06])
      drawing.skin(.ellipse(center, Point(0.030, 0.028)), drawing.breed.eyes, shade: 0.3)
      drawing.skin(.ellipse(center, Point(0.017, 0.017)), [0.02, 0.02, 0.02])
      drawing.skin(.ellipse(center + Point(0.010, -0.011), Point(0.008, 0.008)), [1, 1, 1])
      drawing.fur(
        .curve(
          [Point(side * 0.045, -0.406), Point(side * 0.076, -0.412), Point(side * 0.106, -0.4)],
          0.008),
        drawing.breed.dark, shade: 0)
    }
    let dark = PetColor(0.09, 0.08, 0.08)
    if chance(0.45) {
      skin(
        PetShape.ellipse(Point(0.004, -0.108), Point(0.036, 0.058)), [0.90, 0.45, 0.47], shade: 0.3)
      skin(
        .stroke([Point(0.004, -0.14), Point(0.004, -0.085)], 0.003), [0.70, 0.28, 0.32], shade: 0)
    }
    both { drawing, side in
      drawing.skin(
        .curve(
          [Point(0, -0.175), Point(side * 0.035, -0.148), Point(side * 0.072, -0.165)], 0.0055),
        dark,
        shade: 0)
    }
    skin(.stroke([Point(0, -0.225), Point(0, -0.175)], 0.005), dark, shade: 0)
    skin(
      PetShape.ellipse(Point(0, -0.252), Point(0.047, 0.031))
        .merged(with: .ellipse(Point(0, -0.232), Point(0.022, 0.02)), over: 0.02), dark, shade: 0.2)
    skin(
      .ellipse(Point(-0.012, -0.264), Point(0.014, 0.006)), [0.75, 0.75, 0.78], softness: 0.008,
      opacity: 0.8)
  }
}
