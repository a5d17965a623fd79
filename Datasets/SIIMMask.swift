public import Imaging

/// A binary mask in the run-length encoding of SIIM's pneumothorax set: runs of pixels down the
/// columns.
///
/// Position `p` is row `p mod height` of column `p / height`. Columns (x) and rows (y) start at 0
/// at the top left. Runs are sorted and disjoint, so equal regions compare equal.
public struct SIIMMask: Sendable, Equatable {
  /// The number of columns.
  package let width: Int
  /// The number of rows.
  package let height: Int
  /// The runs of set positions, in ascending order; adjacent runs are merged.
  package let runs: [Range<Int>]

  /// Creates an empty mask.
  ///
  /// - Precondition: `width` and `height` are positive.
  package init(width: Int, height: Int) {
    self.init(width: width, height: height, sortedRuns: [])
  }

  /// Creates a mask from pixels; those that are not 0 are set.
  ///
  /// - Parameters:
  ///   - width: The number of columns.
  ///   - height: The number of rows.
  ///   - bytes: One byte per pixel, rows from the top.
  /// - Precondition: `bytes.count` is `width * height`.
  package init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(
      bytes.count == width * height,
      "a mask of \(width) x \(height) has \(width * height) pixels, not \(bytes.count)")
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

  /// Creates a mask from runs that are sorted, not empty and disjoint.
  init(width: Int, height: Int, sortedRuns: [Range<Int>]) {
    precondition(
      width > 0 && height > 0, "a mask needs at least one pixel, not \(width) x \(height)")
    precondition(
      (sortedRuns.last?.upperBound ?? 0) <= width * height,
      "a run ends at \(sortedRuns.last?.upperBound ?? 0), but the mask has \(width * height) pixels"
    )
    self.width = width
    self.height = height
    self.runs = sortedRuns
  }

  /// The number of set pixels.
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

  /// Whether the pixel at column `x`, row `y` is set; false outside of the image.
  ///
  /// - Complexity: O(log *n*) for *n* runs.
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
  package func area(in box: BoundingBox) -> Int {
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

  /// The union of two masks.
  ///
  /// - Precondition: Both masks have the same width and height.
  package func union(_ other: SIIMMask) -> SIIMMask {
    precondition(
      width == other.width && height == other.height,
      "masks have different sizes: \(width) x \(height) and \(other.width) x \(other.height)")
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

  /// Sorts runs and merges those that touch or overlap.
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
    // Binary search for the first run that ends after the start of the range.
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].lowerBound < range.upperBound
  }
}
