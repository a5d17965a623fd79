import DataBlocks
import Imaging
import Interpret
import Layers
import Tensors
import Training
import Vision

extension SavedModel {
  /// Checks that a map depends on the weights and the class, and little on small changes of the image.
  ///
  /// - Throws: `MapError`.
  func sanity(
    _ explainer: Explainer, _ images: [PreparedImage], _ classIndex: Int, seed: UInt64,
    _ progress: (String, Int, Int) -> Void
  ) throws -> MapEvaluationReport.Sanity {
    func map(_ image: PreparedImage, _ index: Int) throws(MapError) -> ScalarImage? {
      let found = try explainer(image, classes: [index]).maps[0]
      return found.status == .notFinite
        ? nil : found.onInput(image.input.shape[2], image.input.shape[3])
    }
    let own = try images.map { try map($0, classIndex) }
    func likeness(
      _ name: String, _ others: [ScalarImage?]
    ) -> MapEvaluationReport.Sanity.Likeness {
      let pairs = zip(own, others).compactMap { own, other in
        own.flatMap { own in other.map { (own, $0) } }
      }
      return MapEvaluationReport.Sanity.Likeness(
        name: name, ssim: Self.mean(pairs.map { MapSimilarity.ssim($0.0, $0.1) }),
        spearman: Self.mean(pairs.map { MapSimilarity.spearman($0.0, $0.1) }))
    }

    let parts = weightParts()
    var randomization: [MapEvaluationReport.Sanity.Likeness] = []
    try WeightRandomization(predictor.model, parts: parts).cascade(seed: seed) { part in
      let maps = try images.map { try map($0, classIndex) }
      randomization.append(likeness(part, maps))
      progress("random weights", randomization.count, parts.count)
    }

    var changes: [(ssim: Double?, spearman: Double?)] = []
    for (number, image) in images.enumerated() {
      changes.append(
        try MapRepeatability(seed: seed).measure(image) { image throws(MapError) in
          try map(image, classIndex)
        })
      progress("changed images", number + 1, images.count)
    }
    let others = try images.map { image in
      let order = try explainer(image).maps.map(\.classIndex).filter { $0 != classIndex }
      return try order.first.flatMap { try map(image, $0) }
    }
    return MapEvaluationReport.Sanity(
      map: explainer.title, images: images.count, randomization: randomization,
      repeatability: .init(
        name: "small changes of the image", ssim: Self.mean(changes.map(\.ssim)),
        spearman: Self.mean(changes.map(\.spearman))),
      otherClass: likeness("the most probable other class", others))
  }

  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// The head, and the parts of the body from the last to the first.
  private func weightParts() -> [WeightRandomization.Part] {
    let names = Dictionary(
      visionModel.layerPaths.compactMap { path in
        visionModel.layer(path).map { (ObjectIdentifier($0), path) }
      }, uniquingKeysWith: { first, _ in first })
    return [.init("head", visionModel.head)]
      + visionModel.body.namedChildren.reversed().filter { !$0.module.parameters.isEmpty }
      .map { .init(names[ObjectIdentifier($0.module)] ?? $0.name, $0.module) }
  }
}
