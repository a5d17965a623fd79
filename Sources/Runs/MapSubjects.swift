import DataBlocks
import Imaging
import Interpret

/// The maps that are measured on each image: those of explainers, and the baselines.
struct MapSubjects {
  let all: [MapEvaluation.Subject]
  private let explainers: [Explainer]
  private let untrained: Explainer?
  private let mean: MeanMaskBaseline?
  private let classIndex: Int
  private let options: MapEvaluationOptions

  init(
    _ explainers: [Explainer], untrained: Explainer?, mean: MeanMaskBaseline?, classIndex: Int,
    options: MapEvaluationOptions
  ) {
    self.explainers = explainers
    self.untrained = untrained
    self.mean = mean
    self.classIndex = classIndex
    self.options = options
    all =
      explainers.map { .init($0.title) }
      + [
        .init("random map", isBaseline: true), .init(Self.gaussian, isBaseline: true),
      ]
      + (mean == nil ? [] : [.init("mean mask", isBaseline: true)])
      + (untrained == nil ? [] : [.init("untrained network", isBaseline: true)])
  }

  /// The scores of one image, in the order of `all`.
  ///
  /// - Throws: `DataError` if the model's output is not finite, `MapError`.
  func scores(
    of image: PreparedImage, _ mask: PixelMask, seed: UInt64, file: String
  ) throws -> [MapEvaluation.Score?] {
    let size = ImageSize(height: mask.height, width: mask.width)
    var maps: [ScalarImage?] = []
    for explainer in explainers {
      let found = try explainer(image, classes: [classIndex]).maps[0]
      guard found.probability.isFinite else { throw DataError(.outputNotFinite, path: file) }
      maps.append(found.onInput(size.height, size.width))
    }
    maps += [BaselineMap.random(size, seed: seed), BaselineMap.centered(size)]
    if let mean { maps.append(mean.map(besides: mask)) }
    if let untrained {
      maps.append(
        try untrained(image, classes: [classIndex]).maps[0].onInput(size.height, size.width))
    }
    let model =
      options.measures.contains(.model) ? ModelMeasures(explainers[0], of: classIndex, image) : nil
    return zip(maps, all).map { map, subject in
      map.flatMap { map in
        MaskScore(map, mask).map { score in
          // Each map costs some thirty passes, and a Gaussian says nothing beside the mean mask.
          let isMeasured = !score.isBlank && subject.name != Self.gaussian
          return MapEvaluation.Score(
            score, model: isMeasured ? model?.score(map, seed: seed) : nil)
        }
      }
    }
  }

  private static let gaussian = "centered Gaussian"
}

/// The mean mask with its source.
struct MeanMaskBaseline {
  let mean: MeanMask
  /// "128 training masks".
  let source: String
  /// Whether the measured images are part of the mean, so each is left out of its own.
  let leavesOut: Bool

  /// The map for an image with a mask.
  func map(besides mask: PixelMask) -> ScalarImage? {
    mean.map(without: leavesOut ? mask : nil)
  }
}
