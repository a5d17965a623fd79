/// Draws devices and artifacts that are independent of the finding.
///
/// Their frequency is the same in both classes, so that a model cannot use them.
struct Devices {
  let pose: Pose
  let isAP: Bool

  /// Draws wires, tubes and the side marker; some images have none.
  func draw(into plane: inout Plane, random: inout RandomStream) {
    drawMarker(into: &plane, random: &random)
    if random.chance(isAP ? 0.6 : 0.15) { drawLeads(into: &plane, random: &random) }
    if random.chance(isAP ? 0.4 : 0.1) { drawCatheter(into: &plane, random: &random) }
    if random.chance(0.12) { drawDrain(into: &plane, random: &random) }
    if random.chance(0.08) { drawPacemaker(into: &plane, random: &random) }
    if random.chance(0.15) { drawSkinFold(into: &plane, random: &random) }
  }

  /// Draws a side marker in a corner: L on the patient's left, R on the right.
  private func drawMarker(into plane: inout Plane, random: inout RandomStream) {
    let isLeft = random.chance(0.5)
    let x = isLeft ? random.uniform(0.87, 0.94) : random.uniform(0.05, 0.11)
    let y = random.uniform(0.03, 0.12)
    let size = random.uniform(0.025, 0.04)
    var strokes: [[Point]]
    if isLeft {
      strokes = [[Point(0, 0), Point(0, 1), Point(0.6, 1)]]
    } else {
      strokes = [
        [
          Point(0, 1), Point(0, 0), Point(0.5, 0), Point(0.62, 0.25), Point(0.5, 0.5),
          Point(0, 0.5),
        ],
        [Point(0.3, 0.5), Point(0.65, 1)],
      ]
    }
    strokes = strokes.map { $0.map { Point(x, y) + $0 * size } }
    for stroke in strokes {
      plane.liftThread(Stroke(stroke, halfWidth: 0.0026), amplitude: 0.8)
    }
  }

  private func drawLeads(into plane: inout Plane, random: inout RandomStream) {
    for _ in 0..<(2 + random.index(below: 2)) {
      let side: Side = random.chance(0.5) ? .right : .left
      let pad = pose.place(random.uniform(0.3, 1.0), random.uniform(0.0, 1.1), side)
      let wire = Outline.smooth([
        pad, pad + Point(random.uniform(-0.08, 0.08), random.uniform(0.05, 0.15)),
        pad + Point(random.uniform(-0.2, 0.2), random.uniform(0.2, 0.4)),
        Point(random.uniform(0.1, 0.9), 1.05),
      ])
      plane.liftThread(Stroke(wire, halfWidth: 0.0016), amplitude: 0.10)
      plane.liftThread(
        Stroke([pad, pad + Point(0.001, 0.001)], halfWidth: 0.009), amplitude: 0.16)
    }
  }

  /// Draws a central venous line from the neck or arm to the heart.
  private func drawCatheter(into plane: inout Plane, random: inout RandomStream) {
    let side: Side = random.chance(0.75) ? .right : .left
    let start = pose.place(random.uniform(0.1, 0.9), -0.3, side)
    let line = Outline.smooth([
      start, pose.place(0.3, -0.02, side), pose.place(0.14, 0.18, side),
      pose.place(0.15, random.uniform(0.4, 0.62), .right),
    ])
    plane.liftThread(Stroke(line, halfWidth: 0.0019), amplitude: 0.09)
  }

  /// Draws a chest tube with a bright stripe, on either side and in both classes.
  private func drawDrain(into plane: inout Plane, random: inout RandomStream) {
    let side: Side = random.chance(0.5) ? .right : .left
    let line = Outline.smooth([
      pose.place(1.25, random.uniform(0.65, 0.95), side), pose.place(0.98, 0.62, side),
      pose.place(0.80, 0.40, side), pose.place(random.uniform(0.45, 0.65), 0.14, side),
    ])
    plane.liftThread(Stroke(line, halfWidth: 0.006), amplitude: 0.03)
    plane.liftThread(Stroke(line, halfWidth: 0.0016), amplitude: 0.11)
  }

  private func drawPacemaker(into plane: inout Plane, random: inout RandomStream) {
    let side: Side = random.chance(0.8) ? .left : .right
    let box = pose.place(0.82, 0.16, side)
    plane.liftThread(
      Stroke([box, box + Point(0.02, 0.012)], halfWidth: 0.03), amplitude: 0.55)
    let lead = Outline.smooth([
      box, pose.place(0.5, 0.05, side), pose.place(0.12, 0.2, .right),
      pose.place(0.16, 0.6, .right), pose.place(0.15, 0.86, .left),
    ])
    plane.liftThread(Stroke(lead, halfWidth: 0.0022), amplitude: 0.16)
  }

  /// Draws a skin fold: an edge that resembles the pleural line, with vessels on both sides.
  private func drawSkinFold(into plane: inout Plane, random: inout RandomStream) {
    let side: Side = random.chance(0.5) ? .right : .left
    let u = random.uniform(0.5, 0.95)
    let fold = Outline.smooth([
      pose.place(u - 0.1, random.uniform(-0.05, 0.2), side), pose.place(u, 0.45, side),
      pose.place(u + 0.06, random.uniform(0.7, 1.3), side),
    ])
    plane.liftThread(Stroke(fold, halfWidth: 0.0016), amplitude: 0.028)
  }
}
