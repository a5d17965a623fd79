import DataBlocks
import Files
import Imaging
import Interpret
import Tensors
import Training

/// Reads, explains and draws batches of images.
struct InterpretJob {
  /// Images that are in memory at a time.
  static let batchSize = 8

  /// An explained image with what is drawn of it, or the reason why it is not explained.
  enum Result: Sendable {
    case explained(Explained)
    case failed(DataError)
  }

  /// An explained image.
  struct Explained: Sendable {
    let explanation: Explanation
    let predicted: String
    let boxes: [ClassBox]
    /// The figure in its file format; nil without figures.
    let figure: [UInt8]?
    /// The thumbnail; nil without a contact sheet.
    let thumbnail: Figure.Panel?
  }

  private let predictor: Predictor
  private let explainer: Explainer
  private let settings: InterpretSettings
  private let boxes: BoxOptions
  private let masks: MaskComparison?
  private let named: Int?
  /// The class of the masks, which is compared whether or not it is drawn.
  private let measured: [Int]
  private let format: FigureFormat

  /// - Throws: `MapError` if a class is unknown, `BoxRuleError` if a calibrated rule has no threshold.
  init(
    _ run: some SavedModel, _ explainer: Explainer, _ settings: InterpretSettings,
    boxes: BoxOptions,
    _ masks: MaskComparison?
  ) throws {
    predictor = run.predictor
    self.explainer = explainer
    self.settings = settings
    var boxes = boxes
    boxes.rule = try boxes.rule.resolved(nil)
    self.boxes = boxes
    self.masks = masks
    format = settings.figureFormat
    named = if case .named(let name) = settings.classes { try run.classIndex(name) } else { nil }
    measured = try masks.map { [try run.classIndex($0.className)] } ?? []
  }

  /// The results of a batch, in order.
  func results(of items: [DataItem]) throws -> [Result] {
    let images = prepared(items)
    let read = images.indices.filter { if case .success = images[$0] { true } else { false } }
    let explanations = try explainer(read.compactMap { try? images[$0].get() }) { wanted($0) }
    var whole = [Explanation?](repeating: nil, count: items.count)
    for (place, explanation) in zip(read, explanations) { whole[place] = explanation }
    var regions = [(any ImageMask)?](repeating: nil, count: items.count)
    for (place, explanation) in whole.enumerated() {
      guard let explanation, explanation.probabilities.allSatisfy(\.isFinite) else { continue }
      regions[place] = try masks?.compare(explanation, file: items[place].path)
    }
    return try drawn(items, images, whole, regions)
  }

  private func wanted(_ probabilities: [Double]) -> [Int] {
    guard probabilities.allSatisfy(\.isFinite) else { return [] }
    return Array(Set(shown(probabilities) + measured))
  }

  /// The classes that are drawn of an image.
  private func shown(_ probabilities: [Double]) -> [Int] {
    switch settings.classes {
    case .all: Array(predictor.vocab.indices)
    case .findings: WantedClasses.findings(predictor.vocab)
    case .predicted: [predictor.decided(probabilities)]
    case .named: named.map { [$0] } ?? []
    }
  }

  // MARK: Parallel parts

  private func prepared(_ items: [DataItem]) -> [Swift.Result<PreparedImage, DataError>] {
    let pipeline = predictor.pipeline
    return concurrentMap(items, threads: Compute.threads) { item in
      do throws(DataError) {
        return .success(try pipeline.prepare(item.path, frame: item.frame))
      } catch {
        return .failure(error)
      }
    }
  }

  private func drawn(
    _ items: [DataItem], _ images: [Swift.Result<PreparedImage, DataError>],
    _ whole: [Explanation?], _ regions: [(any ImageMask)?]
  ) throws -> [Result] {
    let (predictor, settings, boxes, format) = (predictor, settings, boxes, format)
    let vocab = predictor.vocab
    let facts = FigureFacts(explainer)
    let labels = SeveralLabels(predictor)
    let shown = whole.map { $0.map { self.shown($0.probabilities) } ?? [] }
    let work = items.indices.map { (items[$0], images[$0], whole[$0], regions[$0], shown[$0]) }
    let found = concurrentMap(work, threads: Compute.threads) {
      item, image, whole, region, shown -> Swift.Result<Result, any Error> in
      if case .failure(let error) = image { return .success(.failed(error)) }
      guard let whole, whole.probabilities.allSatisfy(\.isFinite) else {
        return .success(.failed(DataError(.outputNotFinite, path: item.name)))
      }
      let explanation = whole.keeping(shown)
      let predicted: String
      var facts = facts
      if let labels {
        predicted = labels.present(whole.probabilities, vocab)
        facts.truth = item.label.flatMap { labels.known($0, vocab) }
      } else {
        let best = predictor.decided(whole.probabilities)
        predicted = vocab[best]
        facts.probability = whole.probabilities[best]
        facts.truth = item.label.flatMap { vocab.contains($0) ? $0 : nil }
      }
      facts.predicted = predicted
      facts.mask = region
      facts.boxes = explanation.boxes(boxes)
      let title = FigureFiles.title(of: item)
      do {
        return .success(
          .explained(
            Explained(
              explanation: explanation, predicted: predicted, boxes: facts.boxes ?? [],
              figure: settings.drawsFigures
                ? try format.encoded(
                  explanation.figure(title: title, facts: facts, options: settings.figureOptions))
                : nil,
              thumbnail: settings.contactSheet == nil
                ? nil
                : explanation.contactPanel(
                  title: title, facts: facts, options: settings.figureOptions))))
      } catch {
        return .failure(error)
      }
    }
    return try found.map { try $0.get() }
  }
}
