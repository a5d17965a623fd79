import DataBlocks
import Imaging
import Tensors

// Transforms whose draws are given, to compare whole pipelines with fastai's.

struct FixedResize: Transform {
  var size: Int
  var method: ResizeMethod
  var padMode: PadMode
  var place: [Double]

  var order: Int { 1 }
  var effects: TransformEffects { [.pixels, .geometry] }
  func outputSize(of _: ImageSize?) -> ImageSize? { ImageSize(height: size, width: size) }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let (image, step) = sample.image.resized(
      to: (size, size), method: method, padMode: padMode, at: (place[0], place[1]))
    sample.image = image
    sample.geometry = sample.geometry.then(step)
  }
}

struct FixedCrop: Transform {
  var size: Int
  var window: [[Int]]

  var order: Int { 29 }
  var effects: TransformEffects { [.pixels, .geometry] }
  func outputSize(of _: ImageSize?) -> ImageSize? { ImageSize(height: size, width: size) }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    sample.updateValues { image in
      image =
        image.cropped(
          top: window[0][0], left: window[0][1], height: window[1][0], width: window[1][1]
        ).resampled(height: size, width: size, affine: [1, 0, 0, 0, 1, 0]).image
    }
  }
}

struct FixedMove: CoordinateTransform {
  enum Kind: String, Codable { case flip, rotate, zoom, warp }
  var kind: Kind
  var numbers: [Double] = []

  func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    switch kind {
    case .flip: Flip.map
    case .rotate: Rotate.map(degrees: numbers[0])
    case .zoom: Zoom.map(numbers[0], center: (numbers[1], numbers[2]))
    case .warp: numbers == [0, 0] ? nil : Warp.map(x: numbers[0], y: numbers[1])
    }
  }
}

struct FixedLight: LightingTransform {
  var shift = 0.0
  var factor = 1.0

  func lighting(_ context: inout TransformContext) -> LogitMap? {
    LogitMap(shift: shift, factor: factor)
  }
}
