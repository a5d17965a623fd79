public import DataBlocks
import Datasets
import Imaging
public import Interpret
import Layers
import Training
import Vision

extension SavedModel {
  /// Chooses method, layers, fusion and threshold on images with true masks, which should be validation images.
  ///
  /// Candidates are those of `MapCandidates`: Layer-CAM, HiResCAM and Grad-CAM at each resolution of the network and
  /// fused over the last two, three and so on. The highest mean of the pixels' average precision wins, of equal ones
  /// the higher share of hits.
  ///
  /// - Parameters:
  ///   - items: The images; those without a mask are not read.
  ///   - split: The name of their part, for the record.
  ///   - masks: The file of masks, in SIIM's format.
  ///   - options: The class and the size of the masks.
  ///   - progress: Called with the name of a step, how many of its images are done, and of how many.
  /// - Returns: The choice; `ExplanationChoice.write` stores it in the run.
  /// - Throws: `SIIMMaskError`, `MapError`, `DataError` for a file that cannot be read, or a model whose
  ///   output is not finite.
  public func chooseMaps(
    _ items: [DataItem], split: String, masks: String,
    options: MapEvaluationOptions = MapEvaluationOptions(),
    progress: (_ step: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws -> ExplanationChoice {
    try requireClasses("maps")
    let className = options.className ?? predictor.vocab[predictor.vocab.count - 1]
    let classIndex = try classIndex(className)
    let table = try MaskTable(masks, size: options.maskSize)
    let matched = try table.rows.checkNames(items.map(\.path))
    let used = predictor.pipeline.itemsPerFrame(items.filter { table.hasRegion($0.path) })
    let candidates = MapCandidates(predictor)
    var scores = [[MaskScore]](repeating: [], count: candidates.all.count)
    for (number, item) in used.enumerated() {
      defer { progress("maps", number + 1, used.count) }
      let image = try predictor.prepare(item.path, frame: item.frame)
      guard predictor.predict(image).probabilities.allSatisfy(\.isFinite) else {
        throw DataError(.outputNotFinite, path: item.name)
      }
      guard let mask = try table.pixels(of: image, file: item.path), mask.area > 0 else {
        continue
      }
      for (place, map) in try candidates.maps(of: image, classIndex: classIndex).enumerated() {
        if let score = MaskScore(map, mask) { scores[place].append(score) }
      }
    }
    guard let images = scores.first?.count, images > 0 else {
      throw SIIMMaskError(.noRegion(images: matched), file: masks)
    }
    let found = zip(candidates.all, scores).map { candidate, scores in
      let best = ThresholdCurve.best(scores.map(\.overlaps)) ?? (place: 0, mean: 0)
      return ExplanationChoice.Candidate(
        method: candidate.method, layers: candidate.layers, fusion: candidate.fusion,
        averagePrecision: scores.reduce(0) { $0 + $1.averagePrecision } / Double(images),
        hitRate: Double(scores.count { $0.isHit() }) / Double(images),
        intersectionOverUnion: best.mean, threshold: Double(ThresholdCurve.shares[best.place]))
    }
    return ExplanationChoice(
      className: className, split: split, images: images, candidates: found)
  }

  /// What makes the chosen maps.
  ///
  /// - Throws: `MapError` if the run's network has no such method or layer.
  public func explainer(_ choice: ExplanationChoice.Candidate) throws(MapError) -> Explainer {
    var layers: [TappedLayer] = []
    for path in choice.layers {
      guard let module = visionModel.layer(path) else {
        throw MapError(.unknownLayer(path, known: visionModel.layerPaths))
      }
      layers.append(TappedLayer(path, module))
    }
    return Explainer(
      predictor, try MapMethods.named(choice.method), layers: layers,
      options: MapOptions(fusion: choice.fusion))
  }
}
