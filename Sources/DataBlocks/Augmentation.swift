import Foundation
import Imaging
package import Tensors

/// fastai's `RandomResizedCropGPU`: one random window per batch, resampled to a fixed size.
public struct RandomResizedCropGPU: Sendable, Equatable, Codable {
  /// Rows and columns of the result.
  public var size: Int
  /// Smallest share of the area.
  public var minScale: Double
  /// Largest share of the area.
  public var maxScale: Double
  /// Smallest and largest width per height.
  public var ratio: [Double]

  /// Makes a crop with fastai's defaults.
  public init(
    _ size: Int, minScale: Double = 0.08, maxScale: Double = 1,
    ratio: (Double, Double) = (3.0 / 4, 4.0 / 3)
  ) {
    self.size = size
    self.minScale = minScale
    self.maxScale = maxScale
    self.ratio = [ratio.0, ratio.1]
  }

  /// A window of an image.
  struct Window: Equatable { var top, left, height, width: Int }

  func randomWindow(height: Int, width: Int, _ random: inout RandomSource) -> Window {
    let area = Double(height * width)
    for _ in 0..<10 {
      let wanted = random.uniform(minScale, maxScale) * area
      let shape = exp(random.uniform(log(ratio[0]), log(ratio[1])))
      let w = Int((wanted * shape).squareRoot().rounded(.toNearestOrEven))
      let h = Int((wanted / shape).squareRoot().rounded(.toNearestOrEven))
      guard w <= width, h <= height, w > 0, h > 0 else { continue }
      let top = Int(random.next() % UInt64(height - h + 1))
      let left = Int(random.next() % UInt64(width - w + 1))
      return Window(top: top, left: left, height: h, width: w)
    }
    return validWindow(height: height, width: width)
  }

  /// The middle: everything, unless the shape is beyond `ratio`.
  func validWindow(height: Int, width: Int) -> Window {
    let shape = Double(width) / Double(height)
    var (h, w) = (height, width)
    if shape < ratio[0] { h = Int((Double(w) / ratio[0]).rounded(.toNearestOrEven)) }
    if shape > ratio[1] { w = Int((Double(h) * ratio[1]).rounded(.toNearestOrEven)) }
    return Window(top: (height - h) / 2, left: (width - w) / 2, height: h, width: w)
  }

  func apply(_ planes: ImagePlanes, window: Window) -> ImagePlanes {
    planes.cropped(top: window.top, left: window.left, height: window.height, width: window.width)
      .resampled(height: size, width: size, affine: [1, 0, 0, 0, 1, 0])
  }

  /// Corners are aligned: the first and the last pixel's centers stay where they are.
  func geometry(of window: Window) -> ImageGeometry {
    func axis(_ length: Int, _ start: Int) -> (scale: Double, offset: Double) {
      let scale = size > 1 ? Double(max(length - 1, 1)) / Double(size - 1) : Double(length)
      return (scale, Double(start) + 0.5 - 0.5 * scale)
    }
    let (x, y) = (axis(window.width, window.left), axis(window.height, window.top))
    return ImageGeometry(scaleX: x.scale, scaleY: y.scale, offsetX: x.offset, offsetY: y.offset)
  }
}

/// fastai's `aug_transforms`: random flips, rotation, zoom, warp and light, drawn for each image.
///
/// All of geometry is one bilinear resampling with reflected borders, all of light one pass.
public struct AugTransforms: Sendable, Equatable, Codable {
  /// Mirror left and right, half the time.
  public var doFlip = true
  /// With `doFlip`: any of the eight symmetries of the square instead.
  public var flipVert = false
  /// Largest rotation, in degrees, either way.
  public var maxRotate = 10.0
  /// Smallest zoom.
  public var minZoom = 1.0
  /// Largest zoom.
  public var maxZoom = 1.1
  /// Largest change of brightness and contrast.
  public var maxLighting = 0.2
  /// Largest perspective warp.
  public var maxWarp = 0.2
  /// Probability of each geometric change.
  public var pAffine = 0.75
  /// Probability of each change of light.
  public var pLighting = 0.75

  /// Makes fastai's defaults.
  public init() {}

  /// Makes a choice; what is not named is fastai's default.
  ///
  /// `mult` scales rotation, light and warp.
  public init(
    mult: Double = 1, doFlip: Bool = true, flipVert: Bool = false, maxRotate: Double = 10,
    minZoom: Double = 1, maxZoom: Double = 1.1, maxLighting: Double = 0.2, maxWarp: Double = 0.2,
    pAffine: Double = 0.75, pLighting: Double = 0.75
  ) {
    self.doFlip = doFlip
    self.flipVert = flipVert
    self.maxRotate = maxRotate * mult
    self.minZoom = minZoom
    self.maxZoom = maxZoom
    self.maxLighting = maxLighting * mult
    self.maxWarp = maxWarp * mult
    self.pAffine = pAffine
    self.pLighting = pLighting
  }

  /// What was drawn for one image.
  package struct Draw: Sendable, Equatable {
    package var flip = false
    package var dihedral: Int?
    package var degrees = 0.0
    package var zoom = 1.0
    package var zoomCenter = (x: 0.5, y: 0.5)
    package var warp = (x: 0.0, y: 0.0)
    package var brightness = 0.5
    package var contrast = 1.0

    package init() {}

    package static func == (a: Draw, b: Draw) -> Bool {
      a.flip == b.flip && a.dihedral == b.dihedral && a.degrees == b.degrees && a.zoom == b.zoom
        && a.zoomCenter == b.zoomCenter && a.warp == b.warp && a.brightness == b.brightness
        && a.contrast == b.contrast
    }

    /// True if the geometry stays as it is.
    var keepsGeometry: Bool {
      !flip && (dihedral ?? 0) == 0 && degrees == 0 && zoom == 1 && warp == (0, 0)
    }
  }

  package func draw(_ random: inout RandomSource) -> Draw {
    var d = Draw()
    // Every number is drawn whether or not it is used, so that the stream does not depend on choices.
    let chance = random.uniform()
    if doFlip {
      if flipVert { d.dihedral = Int(random.next() % 8) } else { d.flip = chance < 0.5 }
    }
    func masked(_ p: Double, _ value: Double, else neutral: Double) -> Double {
      random.uniform() < p ? value : neutral
    }
    if maxRotate != 0 {
      d.degrees = masked(pAffine, random.uniform(-maxRotate, maxRotate), else: 0)
    }
    if minZoom < 1 || maxZoom > 1 {
      d.zoom = masked(pAffine, random.uniform(minZoom, maxZoom), else: 1)
      d.zoomCenter = (random.uniform(), random.uniform())
    }
    if maxWarp != 0 {
      d.warp.x = masked(pAffine, random.uniform(-maxWarp, maxWarp), else: 0)
      d.warp.y = masked(pAffine, random.uniform(-maxWarp, maxWarp), else: 0)
    }
    if maxLighting != 0 {
      d.brightness = masked(
        pLighting, random.uniform(0.5 * (1 - maxLighting), 0.5 * (1 + maxLighting)), else: 0.5)
      d.contrast = masked(
        pLighting, exp(random.uniform(log(1 - maxLighting), -log(1 - maxLighting))), else: 1)
    }
    return d
  }

  package static func apply(_ d: Draw, to image: ImagePlanes) -> ImagePlanes {
    var result = image
    if !d.keepsGeometry {
      result = result.resampled(
        height: image.height, width: image.width,
        affine: matrix(d, height: image.height, width: image.width),
        perspective: d.warp == (0, 0) ? nil : perspective(d.warp))
    }
    if d.brightness != 0.5 || d.contrast != 1 {
      result.light(shift: log(d.brightness / (1 - d.brightness)), factor: d.contrast)
    }
    return result
  }

  /// Flip · rotation · zoom, made rigid in pixels; rows of a 2 × 3 matrix.
  package static func matrix(_ d: Draw, height: Int, width: Int) -> [Double] {
    func product(_ a: [Double], _ b: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: 9)
      for row in 0..<3 {
        for column in 0..<3 {
          for k in 0..<3 { result[row * 3 + column] += a[row * 3 + k] * b[k * 3 + column] }
        }
      }
      return result
    }
    var m: [Double] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
    if d.flip { m = product(m, [-1, 0, 0, 0, 1, 0, 0, 0, 1]) }
    if let k = d.dihedral {
      let x = [1.0, -1, 1, -1, -1, 1, 1, -1][k]
      let y = [1.0, 1, -1, 1, -1, -1, 1, -1][k]
      m = product(
        m, [0, 1, 2, 4].contains(k) ? [x, 0, 0, 0, y, 0, 0, 0, 1] : [0, x, 0, y, 0, 0, 0, 0, 1])
    }
    if d.degrees != 0 {
      let angle = d.degrees * .pi / 180
      m = product(m, [cos(angle), sin(angle), 0, -sin(angle), cos(angle), 0, 0, 0, 1])
    }
    if d.zoom != 1 {
      let s = 1 / d.zoom
      m = product(
        m,
        [
          s, 0, (1 - s) * (2 * d.zoomCenter.x - 1), 0, s, (1 - s) * (2 * d.zoomCenter.y - 1), 0, 0,
          1,
        ])
    }
    m[1] *= Double(height) / Double(width)
    m[3] *= Double(width) / Double(height)
    return Array(m[..<6])
  }

  /// The perspective map that takes the displaced corners to the corners.
  package static func perspective(_ warp: (x: Double, y: Double)) -> [Double] {
    let (x, y) = warp
    let from = [(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)]
    let to = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)]
    var rows: [[Double]] = []
    for (p, q) in zip(from, to) {
      rows.append([p.0, p.1, 1, 0, 0, 0, -q.0 * p.0, -q.0 * p.1, q.0])
      rows.append([0, 0, 0, p.0, p.1, 1, -q.1 * p.0, -q.1 * p.1, q.1])
    }
    // Gauss-Jordan with pivots; the system is 8 x 8.
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
    return rows.map { $0[8] }
  }
}
