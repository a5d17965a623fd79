/// Finds marks in an image that look like lines of letters, as programs burn names and dates into films.
///
/// Burned-in letters have the lightest or the darkest value of the image, hard edges, one height and a common base
/// line. The detector looks for at least four such marks in a row. It does not read; a radiopaque marker of one or two
/// letters is no line. What it takes for text by mistake: rulers and gray scales with ticks of one height, rows of screws,
/// staples or beads, and noise at the limit of saturation. What it misses: text in a gray that the film has too, text on a
/// ground of its own color, letters of less than 7 pixels or more than a twelfth of the image, and writing whose letters touch.
package enum TextDetector {
  /// The number of marks in lines from which text is suspected.
  package static let threshold = 4

  private static let maximumRuns = 400_000
  private static let maximumMarks = 20_000

  /// The number of marks in lines, of the light or of the dark ones.
  ///
  /// - Parameters:
  ///   - gray: Gray values that use the whole range from 0 to 255, rows from the top.
  ///   - width: The number of columns.
  ///   - height: The number of rows.
  /// - Returns: 0 if there is no line.
  package static func letters(in gray: [UInt8], width: Int, height: Int) -> Int {
    precondition(gray.count == width * height, "\(gray.count) values of \(width) x \(height)")
    guard width >= 32, height >= 32 else { return 0 }
    var most = 0
    for flipping: UInt8 in [0, 255] {
      // Letters of one value stand out from a light ground; compression changes them by a few steps; small ones have
      // gray edges.
      for limit: UInt8 in [250, 236, 185] {
        let found = lettersInLines(marks(gray, width, height, flipping: flipping, limit: limit))
        most = max(most, found)
      }
    }
    return most
  }

  /// A connected part of the lightest pixels.
  private struct Mark {
    var left: Int
    var right: Int
    var top: Int
    var bottom: Int
    var area: Int

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
  }

  private struct Run {
    let row: Int
    let start: Int
    let end: Int
  }

  /// The marks that have the size, the fill and the edges of a letter; dark ones with `flipping` 255.
  private static func marks(
    _ gray: [UInt8], _ width: Int, _ height: Int, flipping: UInt8, limit: UInt8
  ) -> [Mark] {
    guard let runs = runs(gray, width, height, flipping, limit) else { return [] }
    let largest = max(12, height / 12)
    var found: [Mark] = []
    for mark in connected(runs) {
      guard (7...largest).contains(mark.height), mark.width <= 2 * mark.height,
        mark.area * 8 >= mark.width * mark.height,
        mark.area * 20 <= 19 * mark.width * mark.height || mark.width * 3 <= mark.height
      else { continue }
      guard hasHardEdges(mark, gray, width, height, flipping, limit) else { continue }
      found.append(mark)
      if found.count > maximumMarks { return [] }
    }
    return found
  }

  /// Runs of pixels at the end of the scale; nil if there are too many, as in noise.
  private static func runs(
    _ gray: [UInt8], _ width: Int, _ height: Int, _ flipping: UInt8, _ limit: UInt8
  ) -> [Run]? {
    var runs: [Run] = []
    for row in 0..<height {
      var x = row * width
      let end = x + width
      while x < end {
        if gray[x] ^ flipping < limit {
          x += 1
          continue
        }
        let start = x
        while x < end, gray[x] ^ flipping >= limit { x += 1 }
        runs.append(Run(row: row, start: start - row * width, end: x - 1 - row * width))
      }
      if runs.count > maximumRuns { return nil }
    }
    return runs
  }

  /// Joins runs that touch, also at corners.
  private static func connected(_ runs: [Run]) -> [Mark] {
    var parents = Array(runs.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[parents[index]]
        index = parents[index]
      }
      return index
    }
    var above = 0..<0
    var current = 0
    while current < runs.count {
      let row = runs[current].row
      var end = current
      while end < runs.count, runs[end].row == row { end += 1 }
      if let last = above.last, runs[last].row == row - 1 {
        var upper = above.lowerBound
        for index in current..<end {
          while upper < above.upperBound, runs[upper].end + 1 < runs[index].start { upper += 1 }
          var touching = upper
          while touching < above.upperBound, runs[touching].start <= runs[index].end + 1 {
            let (a, b) = (root(touching), root(index))
            if a != b { parents[max(a, b)] = min(a, b) }
            touching += 1
          }
        }
      }
      above = current..<end
      current = end
    }
    var marks: [Mark?] = Array(repeating: nil, count: runs.count)
    for (index, run) in runs.enumerated() {
      let root = root(index)
      var mark =
        marks[root]
        ?? Mark(left: run.start, right: run.end, top: run.row, bottom: run.row, area: 0)
      mark.left = min(mark.left, run.start)
      mark.right = max(mark.right, run.end)
      mark.bottom = max(mark.bottom, run.row)
      mark.area += run.end - run.start + 1
      marks[root] = mark
    }
    return marks.compactMap(\.self)
  }

  /// Whether the frame of two pixels around a mark is clearly darker.
  private static func hasHardEdges(
    _ mark: Mark, _ gray: [UInt8], _ width: Int, _ height: Int, _ flipping: UInt8, _ limit: UInt8
  ) -> Bool {
    let (left, right) = (mark.left - 2, mark.right + 2)
    let (top, bottom) = (mark.top - 2, mark.bottom + 2)
    guard left >= 0, top >= 0, right < width, bottom < height else { return false }
    var sum = 0
    for x in left...right {
      sum += Int(gray[top * width + x] ^ flipping) + Int(gray[bottom * width + x] ^ flipping)
    }
    for y in top...bottom {
      sum += Int(gray[y * width + left] ^ flipping) + Int(gray[y * width + right] ^ flipping)
    }
    return sum <= min(200, Int(limit) - 55) * 2 * (right - left + bottom - top + 2)
  }

  /// The marks in rows of at least four with one height and a common base line.
  private static func lettersInLines(_ marks: [Mark]) -> Int {
    let marks = marks.sorted { ($0.left, $0.top) < ($1.left, $1.top) }
    var isUsed = [Bool](repeating: false, count: marks.count)
    var total = 0
    // Comparisons of one image: dense texture is no text.
    var budget = 4_000_000
    for first in marks.indices where !isUsed[first] {
      var line = [first]
      var last = marks[first]
      var next = first + 1
      while next < marks.count, budget > 0 {
        let mark = marks[next]
        budget -= 1
        if mark.left - last.right > 2 * max(last.height, mark.height) + last.height { break }
        if !isUsed[next], continues(last, mark) {
          line.append(next)
          last = mark
        }
        next += 1
      }
      guard line.count >= threshold, isVaried(line.map { marks[$0] }) else { continue }
      for index in line { isUsed[index] = true }
      total += line.count
    }
    // In texture some of many marks stand in a row by chance.
    return budget > 0 && total * 20 >= marks.count ? total : 0
  }

  private static func continues(_ last: Mark, _ mark: Mark) -> Bool {
    let (low, high) = (min(last.height, mark.height), max(last.height, mark.height))
    guard low * 5 >= high * 3, mark.left > last.left else { return false }
    let gap = mark.left - last.right
    // Capital letters and digits stand on one line; small letters may hang below it.
    let base = abs(mark.bottom - last.bottom)
    let center = abs(mark.bottom + mark.top - last.bottom - last.top)
    return gap >= 0 && gap <= 2 * high && (base * 5 <= high || center * 5 <= high)
  }

  /// Whether a row of marks is not a ruler or a row of beads: those are solid, or all of one shape.
  private static func isVaried(_ marks: [Mark]) -> Bool {
    let areas = marks.map(\.area)
    guard let low = areas.min(), let high = areas.max() else { return false }
    let open = marks.count { $0.area * 20 <= 17 * $0.width * $0.height }
    return high * 4 >= low * 5 && open * 2 >= marks.count
  }
}
