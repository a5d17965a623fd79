/// The outline of a mask as closed lines, in pixels of the image.
package struct MaskOutline: Sendable, Equatable {
  /// The corners of each closed line.
  package let lines: [[Corner]]

  /// A corner of an outline.
  package struct Corner: Sendable, Hashable {
    /// The x coordinate.
    package let x: Double
    /// The y coordinate.
    package let y: Double
  }

  /// Traces a mask.
  ///
  /// Large images are sampled in steps, at most 1024 along a side, which is finer than a figure shows.
  ///
  /// - Parameters:
  ///   - mask: The mask.
  ///   - width: Columns of the image.
  ///   - height: Rows of the image.
  package init(_ mask: some ImageMask, width: Int, height: Int) {
    let step = max(1, (max(width, height) + 1023) / 1024)
    let (columns, rows) = ((width + step - 1) / step, (height + step - 1) / step)
    var isInside = [Bool](repeating: false, count: columns * rows)
    // Blocks without a pixel are skipped: a mask covers a small part of most films.
    let block = 32
    for top in stride(from: 0, to: rows, by: block) {
      for left in stride(from: 0, to: columns, by: block) {
        let (right, bottom) = (min(left + block, columns), min(top + block, rows))
        let area = BoundingBox(
          x0: Double(left * step), y0: Double(top * step), x1: Double(right * step),
          y1: Double(bottom * step))
        guard mask.intersects(area) else { continue }
        for y in top..<bottom {
          for x in left..<right {
            isInside[y * columns + x] = mask.contains(
              x: min(x * step + step / 2, width - 1), y: min(y * step + step / 2, height - 1))
          }
        }
      }
    }
    lines = Self.trace(isInside, columns, rows).map { line in
      line.map { Corner(x: $0.x * Double(step), y: $0.y * Double(step)) }
    }
  }

  private init(lines: [[Corner]]) { self.lines = lines }

  /// The outline in a copy of the image of another size.
  func scaled(x: Double, y: Double) -> MaskOutline {
    MaskOutline(lines: lines.map { $0.map { Corner(x: $0.x * x, y: $0.y * y) } })
  }

  /// The borders between cells inside and outside, as lines through the middles of the cells' edges.
  private static func trace(_ isInside: [Bool], _ columns: Int, _ rows: Int) -> [[Corner]] {
    func inside(_ x: Int, _ y: Int) -> Bool {
      x >= 0 && y >= 0 && x < columns && y < rows && isInside[y * columns + x]
    }
    // Edges have the inside at their right; a corner where two cells touch has two edges.
    let corner = { (x: Int, y: Int) in y * (columns + 1) + x }
    var next: [Int: [Int]] = [:]
    for y in 0..<rows {
      for x in 0..<columns where isInside[y * columns + x] {
        if !inside(x, y - 1) { next[corner(x, y), default: []].append(corner(x + 1, y)) }
        if !inside(x + 1, y) { next[corner(x + 1, y), default: []].append(corner(x + 1, y + 1)) }
        if !inside(x, y + 1) { next[corner(x + 1, y + 1), default: []].append(corner(x, y + 1)) }
        if !inside(x - 1, y) { next[corner(x, y + 1), default: []].append(corner(x, y)) }
      }
    }
    var lines: [[Corner]] = []
    for start in next.keys.sorted() {
      while let first = next[start]?.popLast() {
        var corners = [start]
        var at = first
        while at != start, let following = next[at]?.popLast() {
          corners.append(at)
          at = following
        }
        lines.append(smoothed(corners.map { ($0 % (columns + 1), $0 / (columns + 1)) }))
      }
    }
    return lines
  }

  /// The middles of the edges, without those on a straight line.
  private static func smoothed(_ corners: [(x: Int, y: Int)]) -> [Corner] {
    let count = corners.count
    let middles = (0..<count).map { place in
      let (a, b) = (corners[place], corners[(place + 1) % count])
      return Corner(x: Double(a.x + b.x) / 2, y: Double(a.y + b.y) / 2)
    }
    let kept = (0..<count).filter { place in
      let (a, b, c) = (
        middles[(place + count - 1) % count], middles[place], middles[(place + 1) % count]
      )
      return (b.x - a.x) * (c.y - b.y) != (b.y - a.y) * (c.x - b.x)
    }
    return kept.count > 2 ? kept.map { middles[$0] } : middles
  }
}
