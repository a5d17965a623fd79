import Console
import Imaging
import Tensors

/// The panels and texts of an explanation's figure.
struct ExplanationDrawing {
  let explanation: Explanation
  let facts: FigureFacts
  let options: FigureOptions
  let colors: MapColors
  let outline: MaskOutline?
  let boxes: [ClassBox]
  private let predicted: (name: String, probability: Double?)?

  init(_ explanation: Explanation, _ facts: FigureFacts, _ options: FigureOptions) {
    self.explanation = explanation
    self.facts = facts
    self.options = options
    colors = explanation.colors(options.colormap)
    let image = explanation.image
    outline = facts.mask.flatMap {
      $0.isEmpty ? nil : Self.outline($0, image.width, image.height)
    }
    boxes = options.showsBoxes ? facts.boxes ?? explanation.boxes : []
    if let name = facts.predicted {
      let known = explanation.maps.first { $0.className == name }?.probability
      predicted = (name, facts.probability ?? known)
    } else if let first = explanation.maps.first, first.probability > 0.5 {
      predicted = (first.className, first.probability)
    } else {
      predicted = nil
    }
  }

  private static func outline(_ mask: some ImageMask, _ width: Int, _ height: Int) -> MaskOutline {
    MaskOutline(mask, width: width, height: height)
  }

  // MARK: Panels

  func film() -> Film {
    var film = Film(explanation.image)
    film.showsSeenPart = true
    if options.showsMarks { film.marks = ImageMarks(explanation.facts) }
    return film
  }

  func panel(_ kind: FigurePanel, of map: ClassMap) -> Figure.Panel {
    var film = film()
    film.map = explanation.placed(map)
    film.colors = colors
    switch kind {
    case .film:
      return .film(film, title: word)
    case .map:
      return mapPanel(map, film)
    case .overlay:
      if map.status == .evidence {
        film.layer = .overlay(options.overlay)
      } else {
        film.note = map.status.words
      }
      let hasOwnPanel = options.panels?.contains(.boxes) ?? false
      return .film(
        film, title: "map over the \(word)", boxes: hasOwnPanel ? [] : labeledBoxes(of: map))
    case .boxes:
      let found = labeledBoxes(of: map)
      return .film(
        film, title: found.isEmpty ? "no box" : found.count == 1 ? "box" : "boxes", boxes: found)
    case .mask:
      film.outline = outline
      return .film(film, title: "true region")
    }
  }

  private func mapPanel(_ map: ClassMap, _ film: Film) -> Figure.Panel {
    var film = film
    let (rows, columns) = (map.map.shape[0], map.map.shape[1])
    let title = "map, \(rows) × \(columns) cells"
    if map.status == .notFinite {
      film.image = blank
      film.marks = ImageMarks()
      film.note = map.status.words
      return .film(film, title: title)
    }
    film.layer = .cells
    if map.status == .noPositiveEvidence, map.map.floatScalars.allSatisfy({ $0 == 0 }) {
      film.note = map.status.words
    }
    return .film(film, title: title)
  }

  /// An image of the same size without content.
  private var blank: PixelBuffer {
    PixelBuffer(
      width: explanation.image.width, height: explanation.image.height, channels: 1,
      filledWith: 236)
  }

  // MARK: Boxes

  /// The boxes of a class with their scores.
  ///
  /// - Parameters:
  ///   - map: The map of the class.
  ///   - namesClass: Whether the label has the name of the class.
  /// - Returns: None if the map has no positive cell.
  func labeledBoxes(of map: ClassMap, namesClass: Bool = true) -> [LabeledBox] {
    guard map.status == .evidence else { return [] }
    return boxes.filter { $0.className == map.className }.map { found in
      // The share of one cell says little; its value is what fmi calls the score.
      let number = found.rule == .peakCell ? found.peak : found.score
      let score =
        (0.01..<10).contains(number)
        ? NumberFormat.fixed(number, 2) : NumberFormat.significant(number, 2)
      var labeled = LabeledBox(
        found.box, label: namesClass ? "\(found.className) \(score)" : score,
        color: options.boxColor)
      labeled.strength = strength(of: found, map)
      return labeled
    }
  }

  /// How much evidence a box carries: its share of the scale, less for a class that other classes surpass in the raw
  /// maps or that the model does not predict.
  ///
  /// A map that is divided by its own maximum reaches 1 whatever it says.
  private func strength(of box: ClassBox, _ map: ClassMap) -> Double {
    var strength = colors.share(Float(box.peak))
    let ratios = map.layers.enumerated().compactMap { place, layer -> Double? in
      let others = explanation.maps.compactMap {
        $0.layers.count > place ? Self.highest($0.layers[place].map) : nil
      }
      guard let most = others.max(), most > 0 else { return nil }
      return max(Self.highest(layer.map), 0) / most
    }
    if !ratios.isEmpty { strength *= ratios.reduce(0, +) / Double(ratios.count) }
    let isPredicted =
      (predicted?.name ?? explanation.maps.first?.className) == map.className
      || map.probability >= 0.5
    if !isPredicted, map.probability.isFinite { strength *= 2 * max(map.probability, 0) }
    return min(max(strength, 0), 1)
  }

  private static func highest(_ map: Tensor) -> Double {
    Double(map.floatScalars.filter(\.isFinite).max() ?? 0)
  }

  // MARK: Texts

  /// "film" for a DICOM file, "image" otherwise.
  private var word: String { explanation.facts.sopInstanceUID == nil ? "image" : "film" }

  /// "predicted Pneumothorax 97.3 %, true No Pneumothorax".
  var subtitle: String {
    var parts: [String] = []
    if let predicted {
      parts.append(
        "predicted \(predicted.name)"
          + (predicted.probability.map { " \(percent($0))" } ?? ""))
    }
    if let truth = facts.truth { parts.append("true \(truth)") }
    return parts.joined(separator: ", ")
  }

  /// The lines of a thumbnail's title: the prediction, the true class, and the class of the map if it is another.
  var sheetLines: [String] {
    var lines: [String] = []
    if let predicted {
      lines.append(predicted.name + (predicted.probability.map { " \(percent($0))" } ?? ""))
    }
    if let map = explanation.maps.first, map.className != predicted?.name {
      lines.append("map: \(map.className) \(percent(map.probability))")
    }
    if let truth = facts.truth, truth != predicted?.name { lines.append("true: \(truth)") }
    return lines
  }

  /// The class and its probability, unless the subtitle says that of the only row.
  var rowTitles: [String] {
    if explanation.maps.count == 1, explanation.maps[0].className == predicted?.name { return [] }
    return explanation.maps.map { "\($0.className), \(percent($0.probability))" }
  }

  func captions(_ panels: [FigurePanel]) -> [String] {
    FigureCaption(drawing: self, panels: panels).sentences
  }
}
