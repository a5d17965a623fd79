public import DataBlocks
import Datasets
import Files
import Foundation
public import Imaging
public import Interpret
import Layers
import Tensors
import Training
import Vision

/// What is measured of maps beside their agreement with masks.
public struct MapMeasureGroups: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// Creates groups from bits.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// Pointing game, average precision, energy, overlaps: always measured.
  public static let masks = MapMeasureGroups(rawValue: 1)
  /// Insertion, deletion, ROAD and average drop: some thirty forward passes per map.
  public static let model = MapMeasureGroups(rawValue: 2)
  /// Random weights, small changes of the image, the other class.
  public static let sanity = MapMeasureGroups(rawValue: 4)
  /// All.
  public static let all: MapMeasureGroups = [.masks, .model, .sanity]
}

/// How maps are evaluated.
public struct MapEvaluationOptions: Sendable {
  /// What is measured.
  public var measures: MapMeasureGroups = .masks
  /// The class of the masks; nil: the last class.
  public var className: String?
  /// The size of the images on which the masks were drawn; nil: that of each image.
  public var maskSize: ImageSize?
  /// The share of a map's highest value from which pixels count as found; nil: the best on the images.
  public var threshold: Double?
  /// Resamples of the intervals.
  public var resamples = 2000
  /// The seed of the random map, the random weights, the noise and the resamples.
  public var seed: UInt64 = 1
  /// The most images on which sanity is checked.
  public var sanityImages = 8

  /// Creates the default options.
  public init() {}
}

extension SavedModel {
  /// Measures maps on images with true masks, beside maps that know nothing of the image.
  ///
  /// Baselines are a random map, a centered Gaussian, the mean mask of the training images (of the other images if
  /// fewer than ten training images have a mask), and the first explainer's map of the untrained network. Images are
  /// read one by one, and only numbers are kept of them.
  ///
  /// - Parameters:
  ///   - items: The images; those without a mask are not read.
  ///   - masks: The file of masks, in SIIM's format.
  ///   - explainers: What makes the maps. Default: `Explainer(predictor)`.
  ///   - options: How they are measured.
  ///   - progress: Called with the name of a step, how many of its images are done, and of how many.
  /// - Returns: The report, and the numbers of each image.
  /// - Throws: `SIIMMaskError` if the file cannot be read, names none of the images, or has empty masks only;
  ///   `MapError` if the class or a layer does not fit.
  public func evaluateMaps(
    _ items: [DataItem], masks: String, explainers: [Explainer]? = nil,
    options: MapEvaluationOptions = MapEvaluationOptions(),
    progress: (_ step: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws -> MapEvaluationResult {
    try requireClasses("maps")
    let className = options.className ?? predictor.vocab[predictor.vocab.count - 1]
    let classIndex = try classIndex(className)
    let table = try MaskTable(masks, size: options.maskSize)
    let matched = try table.rows.checkNames(items.map(\.path))
    let used = predictor.pipeline.itemsPerFrame(items.filter { table.hasRegion($0.path) })
    guard !used.isEmpty else { throw SIIMMaskError(.noRegion(images: matched), file: masks) }
    let explainers = explainers ?? [Explainer(predictor)]
    let size = predictor.pipeline.inputSize

    // Headers are read only where the table names no patient.
    let unknown = used.filter { $0.patient == nil }.map(\.path)
    let headers = Dictionary(
      zip(unknown, ItemFacts.patients(unknown)), uniquingKeysWith: { first, _ in first })
    let mean = try meanMask(table, without: used, progress)
    let subjects = MapSubjects(
      explainers, untrained: untrained(explainers[0]), mean: mean, classIndex: classIndex,
      options: options)
    var evaluation = MapEvaluation(
      subjects.all, margin: MaskScore.margin(width: size.width, height: size.height))
    var (errors, outside): ([DataError], Int) = ([], 0)
    var kept: [PreparedImage] = []
    let every = max(1, used.count / max(options.sanityImages, 1))
    for (number, item) in used.enumerated() {
      defer { progress("maps", number + 1, used.count) }
      do {
        let image = try predictor.prepare(item.path, frame: item.frame)
        guard let mask = try table.pixels(of: image, file: item.path), mask.area > 0 else {
          outside += 1
          continue
        }
        let scores = try subjects.scores(
          of: image, mask, seed: options.seed &+ UInt64(number), file: item.name)
        evaluation.add(
          file: FileName.shown(item.name), patient: item.patient ?? headers[item.path] ?? nil,
          regionShare: Double(mask.area) / Double(mask.values.count), scores: scores)
        if options.measures.contains(.sanity), number % every == 0,
          kept.count < options.sanityImages
        {
          kept.append(image)
        }
      } catch let error as DataError {
        errors.append(error)
      }
    }
    let sanity =
      options.measures.contains(.sanity) && !kept.isEmpty
      ? try self.sanity(explainers[0], kept, classIndex, seed: options.seed, progress) : nil
    let patients = Set(evaluation.entries.compactMap(\.patient))
    let report = MapEvaluationReport(
      className: className,
      images: MapEvaluationReport.Images(
        given: items.count, matched: matched, withMask: used.count, outsideOfView: outside,
        measured: evaluation.entries.count, patients: patients.isEmpty ? nil : patients.count,
        errors: errors.map { "\($0)" }),
      margin: evaluation.margin, resamples: options.resamples, meanMask: mean?.source,
      tables: evaluation.summary(
        threshold: options.threshold, resamples: options.resamples, seed: options.seed),
      sanity: sanity)
    return MapEvaluationResult(report: report, errors: errors, evaluation: evaluation)
  }

  /// The same maps of the network with the weights that it had before training, or would have had without pretrained
  /// ones; nil if a layer cannot be found in it.
  private func untrained(_ explainer: Explainer) -> Explainer? {
    // A head of your own cannot be made again.
    guard let options = visionModel.headOptions else { return nil }
    let model = VisionModel(
      visionModel.architecture, classCount: predictor.target.outputCount,
      inputChannels: predictor.pipeline.inputChannels, head: options,
      outputStride: visionModel.outputStride, seed: seed
    ).model
    model.eval()
    let paths = Dictionary(
      predictor.model.namedModules.map { (ObjectIdentifier($0.module), $0.path) },
      uniquingKeysWith: { first, _ in first })
    let layers = explainer.layers.map { layer in
      paths[ObjectIdentifier(layer.module)].flatMap { model[$0] }.map {
        TappedLayer(layer.path, $0)
      }
    }
    guard layers.allSatisfy({ $0 != nil }) else { return nil }
    return Explainer(
      Predictor(
        model: model, vocab: predictor.vocab, pipeline: predictor.pipeline,
        lossFunction: predictor.lossFunction, target: predictor.target,
        calibration: predictor.calibration), explainer.method,
      layers: layers.compactMap(\.self), options: explainer.options)
  }
}
