import Foundation
public import Imaging
import Tensors

/// A transform that only moves pixels: flip, rotation, zoom, warp.
///
/// The pipeline composes neighbors into one resampling, as fastai's `AffineCoordTfm` does: first all linear maps in
/// their order, then all perspective ones.
public protocol CoordinateTransform: Transform {
  /// The map of one image from output coordinates to input coordinates; nil: none this time.
  func coordinates(_ context: inout TransformContext) -> CoordinateMap?
  /// How the image is sampled. Default: bilinear, with reflected borders, in its size.
  ///
  /// Of neighbors that are composed, the first one counts, as in fastai, and the last size that is given.
  var sampling: CoordinateSampling { get }
}

extension CoordinateTransform {
  /// fastai's position of affine transforms.
  public var order: Int { 30 }
  /// Random maps are for training; a size applies in both modes.
  public var onlyIn: PipelineMode? { sampling.size == nil ? .training : nil }
  /// Bilinear, with reflected borders, in the size of the image.
  public var sampling: CoordinateSampling { CoordinateSampling() }
  /// `sampling.size`, else that of the input.
  public func outputSize(of size: ImageSize?) -> ImageSize? { sampling.size ?? size }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }

  /// Applies this map alone.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) throws {
    CoordinateMap.apply([coordinates(&context)].compactMap(\.self), sampling, to: &sample)
  }
}

/// A projective map of the plane from output to input coordinates.
///
/// Coordinates run from -1 to 1 between the centers of the outermost pixels (fastai's grids with
/// `align_corners`); linear parts are those of a square, so a rotation stays one on any image.
public struct CoordinateMap: Sendable, Equatable {
  /// Nine numbers, row by row.
  let matrix: [Double]
  let isLinear: Bool

  /// An affine map: `x = a·x′ + b·y′ + c`, `y = d·x′ + e·y′ + f`.
  ///
  /// - Parameter affine: The six numbers a to f.
  /// - Returns: The map from output to input coordinates.
  public static func affine(_ affine: [Double]) -> CoordinateMap {
    precondition(affine.count == 6, "an affine map has 6 numbers, not \(affine.count)")
    return CoordinateMap(matrix: affine + [0, 0, 1], isLinear: true)
  }

  /// A perspective map that takes four points to the corners (-1, -1), (-1, 1), (1, -1), (1, 1).
  ///
  /// - Parameter corners: The displaced corners, in this order.
  /// - Returns: The map from output to input coordinates.
  public static func perspective(fromCorners corners: [(x: Double, y: Double)]) -> CoordinateMap {
    precondition(corners.count == 4, "a perspective map has 4 corners, not \(corners.count)")
    let targets = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)]
    return CoordinateMap(matrix: homography(from: corners, to: targets), isLinear: false)
  }

  /// Resamples a sample through the composition of maps, and appends its geometry.
  ///
  /// Without maps the image changes its size at most.
  package static func apply(
    _ maps: [CoordinateMap], _ sampling: CoordinateSampling = CoordinateSampling(),
    to sample: inout Sample
  ) {
    let input = sample.size
    let size = sampling.size ?? input
    guard !maps.isEmpty || size != input else { return }
    var affine = product(of: maps.filter(\.isLinear)) ?? identity
    affine[1] *= Double(input.height) / Double(input.width)
    affine[3] *= Double(input.width) / Double(input.height)
    // Each later perspective map is applied to the result of the earlier ones.
    var warp: [Double]?
    for map in maps where !map.isLinear {
      warp = warp.map { multiplied(map.matrix, $0) } ?? map.matrix
    }
    let perspective = warp.map { warp in warp.map { $0 / warp[8] } }
    sample.resample(
      to: size, affine: affine, perspective: perspective, sampling: sampling.gridSampling)
  }

  static let identity: [Double] = [1, 0, 0, 0, 1, 0, 0, 0, 1]

  /// The product of linear maps in their order; nil without any.
  static func product(of maps: [CoordinateMap]) -> [Double]? {
    maps.isEmpty ? nil : maps.reduce(identity) { multiplied($0, $1.matrix) }
  }

  static func multiplied(_ a: [Double], _ b: [Double]) -> [Double] {
    (0..<9).map { i in
      let (row, column) = (i / 3 * 3, i % 3)
      return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6]
    }
  }

  /// The projective map that takes four points to four others.
  private static func homography(
    from: [(x: Double, y: Double)], to: [(Double, Double)]
  ) -> [Double] {
    var rows: [[Double]] = []
    for (p, q) in zip(from, to) {
      rows.append([p.x, p.y, 1, 0, 0, 0, -q.0 * p.x, -q.0 * p.y, q.0])
      rows.append([0, 0, 0, p.x, p.y, 1, -q.1 * p.x, -q.1 * p.y, q.1])
    }
    // Gauss-Jordan elimination with partial pivoting of the 8 x 8 system.
    for column in 0..<8 {
      let pivot = (column..<8).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      let scale = rows[column][column]
      for j in column...8 { rows[column][j] /= scale }
      for i in 0..<8 where i != column {
        let factor = rows[i][column]
        for j in column...8 { rows[i][j] -= factor * rows[column][j] }
      }
    }
    return rows.map { $0[8] } + [1]
  }
}
