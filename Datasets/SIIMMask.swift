public import Imaging

/// A region of a film as SIIM's pneumothorax set describes it: runs of pixels down the columns.
///
/// Position `p` is row `p mod height` of column `p / height`. Columns (x) and rows (y) count from 0
/// at the top left. Runs are kept sorted and apart, so equal regions are equal values.
public struct SIIMMask: Sendable, Equatable {
  /// Columns of the film, in pixels.
  public let width: Int
  /// Rows of the film, in pixels.
  public let height: Int
  /// The set positions, in ascending order; neighboring runs never touch.
  public let runs: [Range<Int>]

  /// Makes an empty mask.
  ///
  /// - Precondition: `width` and `height` are above 0.
  public init(width: Int, height: Int) {
    self.init(width: width, height: height, sortedRuns: [])
  }

  /// Makes a mask from the pixels that are not 0.
  ///
  /// - Parameters:
  ///   - width: Columns.
  ///   - height: Rows.
  ///   - bytes: One byte per pixel, rows from the top, `width * height` of them.
  public init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(
      bytes.count == width * height,
      "\(width) x \(height) pixels are \(width * height), not \(bytes.count)")
    var runs: [Range<Int>] = []
    for x in 0..<width {
      for y in 0..<height where bytes[y * width + x] != 0 {
        let position = x * height + y
        if let last = runs.last, last.upperBound == position {
          runs[runs.count - 1] = last.lowerBound..<position + 1
        } else {
          runs.append(position..<position + 1)
        }
      }
    }
    self.init(width: width, height: height, sortedRuns: runs)
  }

  /// Makes a mask from runs that are sorted, not empty and apart.
  init(width: Int, height: Int, sortedRuns: [Range<Int>]) {
    precondition(width > 0 && height > 0, "a mask of \(width) x \(height) pixels has no pixel")
    precondition(
      (sortedRuns.last?.upperBound ?? 0) <= width * height,
      "a run ends at \(sortedRuns.last?.upperBound ?? 0), the mask at \(width * height)")
    self.width = width
    self.height = height
    self.runs = sortedRuns
  }

  /// Set pixels.
  public var area: Int {
    runs.reduce(0) { $0 + $1.count }
  }

  /// Whether no pixel is set.
  public var isEmpty: Bool { runs.isEmpty }

  /// The smallest box that contains all set pixels; nil for an empty mask.
  public var boundingBox: BoundingBox? {
    guard let first = runs.first, let last = runs.last else { return nil }
    var (top, bottom) = (height, 0)
    for run in runs {
      let start = run.lowerBound % height
      if start + run.count > height {
        // The run continues in the next column, so it touches the last and the first row.
        (top, bottom) = (0, height)
      } else {
        top = min(top, start)
        bottom = max(bottom, start + run.count)
      }
    }
    return BoundingBox(
      x0: Double(first.lowerBound / height), y0: Double(top),
      x1: Double((last.upperBound - 1) / height + 1), y1: Double(bottom))
  }

  /// Whether the pixel at column `x`, row `y` is set; false outside the film.
  ///
  /// - Complexity: O(log of the number of runs).
  public func contains(x: Int, y: Int) -> Bool {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return false }
    return hasPosition(in: x * height + y..<x * height + y + 1)
  }

  /// Whether any set pixel overlaps a box; pixels that the box covers in part count.
  public func intersects(_ box: BoundingBox) -> Bool {
    guard let (columns, rows) = pixels(of: box) else { return false }
    return columns.contains { x in
      hasPosition(in: x * height + rows.lowerBound..<x * height + rows.upperBound)
    }
  }

  /// The number of set pixels that overlap a box; pixels that the box covers in part count.
  public func area(in box: BoundingBox) -> Int {
    guard let (columns, rows) = pixels(of: box) else { return 0 }
    var area = 0
    for run in runs {
      for x in run.lowerBound / height...(run.upperBound - 1) / height where columns.contains(x) {
        let start = max(run.lowerBound, x * height + rows.lowerBound)
        let end = min(run.upperBound, x * height + rows.upperBound)
        area += max(end - start, 0)
      }
    }
    return area
  }

  /// The whole pixels of this mask that a box covers, wholly or in part; nil if there are none.
  private func pixels(of box: BoundingBox) -> (columns: Range<Int>, rows: Range<Int>)? {
    func span(_ start: Double, _ end: Double, _ limit: Int) -> Range<Int>? {
      let first = max(start.rounded(.down), 0)
      let last = min(end.rounded(.up), Double(limit))
      return first < last ? Int(first)..<Int(last) : nil
    }
    guard let columns = span(box.x0, box.x1, width), let rows = span(box.y0, box.y1, height) else {
      return nil
    }
    return (columns, rows)
  }

  /// The pixels set in this mask, in the other, or in both.
  ///
  /// - Precondition: Both masks have the same width and height.
  public func union(_ other: SIIMMask) -> SIIMMask {
    precondition(
      width == other.width && height == other.height,
      "masks of \(width) x \(height) and \(other.width) x \(other.height) pixels")
    return SIIMMask(width: width, height: height, sortedRuns: Self.merged(runs + other.runs))
  }

  /// One byte per pixel, 0 or 1, rows from the top.
  public var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: width * height)
    for run in runs {
      for position in run { bytes[position % height * width + position / height] = 1 }
    }
    return bytes
  }

  /// Any runs, sorted and joined where they touch or overlap.
  static func merged(_ runs: [Range<Int>]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for run in runs.sorted(by: { $0.lowerBound < $1.lowerBound }) where !run.isEmpty {
      if let last = result.last, run.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, run.upperBound)
      } else {
        result.append(run)
      }
    }
    return result
  }

  private func hasPosition(in range: Range<Int>) -> Bool {
    // The first run that ends behind the range's start is the only one that can meet it first.
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].lowerBound < range.upperBound
  }
}
