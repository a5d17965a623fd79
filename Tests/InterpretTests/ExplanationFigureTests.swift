import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import TestSupport
import Testing

@Suite("Figures of explanations")
struct ExplanationFigureTests {
  private struct Square: ImageMask {
    let box: BoundingBox
    var isEmpty: Bool { box.area == 0 }
    func contains(x: Int, y: Int) -> Bool {
      box.intersects(
        BoundingBox(x0: Double(x), y0: Double(y), x1: Double(x + 1), y1: Double(y + 1)))
    }
    func intersects(_ other: BoundingBox) -> Bool { box.intersects(other) }
  }

  /// An explanation of an image of 90 x 60 pixels, of which the model sees the middle square.
  private func explanation(
    _ maps: [(name: String, probability: Double, values: [Float])], facts: ImageFacts = ImageFacts()
  ) throws -> Explanation {
    var random = RandomSource(seed: 5)
    let image = PixelBuffer(
      width: 90, height: 60, channels: 1,
      samples: (0..<5400).map { UInt8(min($0 / 60 + Int(random.uniform() * 100), 255)) })
    let prepared = try Pipeline([Resize(24)]).prepare(image)
    return Explanation(
      of: PreparedImage(
        input: prepared.input, original: prepared.original, geometry: prepared.geometry,
        facts: facts),
      maps: maps.enumerated().map { place, map in
        ClassMap(
          classIndex: place, className: map.name, probability: map.probability,
          map: Tensor(map.values, shape: [2, map.values.count / 2]),
          grid: .even(
            ImageSize(height: 24, width: 24), rows: 2, columns: map.values.count / 2))
      })
  }

  private let three: [(name: String, probability: Double, values: [Float])] = [
    ("evidence", 0.6123, [0, -1, 2, 1, 0, 3]), ("nothing for it", 0.3, [-1, -2, -5, -1, -2, 0]),
    ("not finite", 0.0877, [1, .nan, 0, 2, .infinity, 1]),
  ]

  private func content(_ panel: Figure.Panel) -> Film? {
    if case .film(let film) = panel.content { film } else { nil }
  }

  @Test("A figure has a row per class, and says why a map is not overlaid")
  func rows() throws {
    let explanation = try explanation(three)
    let figure = explanation.figure(title: "film")
    #expect(figure.title == "film" && figure.subtitle == "predicted evidence 61.2 %")
    #expect(
      figure.rowTitles == ["evidence, 61.2 %", "nothing for it, 30.0 %", "not finite, 8.8 %"])
    #expect(
      figure.rows.map { $0.map(\.title) }
        == [[String]](
          repeating: ["image", "map, 2 × 3 cells", "map over the image"], count: 3))
    #expect(figure.rows.map { $0.map(\.boxes.count) } == [[0, 0, 1], [0, 0, 0], [0, 0, 0]])
    #expect(figure.rows[0][2].boxes[0].box == explanation.boxes[0].box)
    #expect(figure.rows[0][2].boxes[0].label == "evidence 3.00")
    let overlays = try figure.rows.map { try #require(content($0[2])) }
    #expect(overlays.map(\.layer) == [.overlay(.evidence()), .none, .none])
    #expect(
      overlays.map(\.note) == ["", "no positive evidence", "the map contains NaN or infinity"])
    // One symmetric scale for all classes, from the values that are finite.
    let films = figure.rows.joined().compactMap { content($0) }
    #expect(films.allSatisfy { $0.colors?.range == -5...5 && $0.colors?.colormap == .iceMagma })
    #expect(films.allSatisfy { $0.image.width == 90 && $0.image.height == 60 })
    var options = FigureOptions()
    options.showsBoxes = false
    let plain = explanation.figure(title: "film", options: options)
    #expect(plain.rows.allSatisfy { $0.allSatisfy(\.boxes.isEmpty) })
    #expect(figure.captions.contains { $0.contains("60 × 60 of 90 × 60 pixels") })
    let drawn = figure.drawn()
    #expect(drawn.width > 3 * 320 && Set(drawn.samples).count > 50)
  }

  @Test("The image is unchanged outside of what the model saw, and where the map says nothing")
  func overlay() throws {
    let explanation = try explanation([("a", 0.9, [0, 0, 0, 0, 0, 1])])
    let gray = explanation.image.convertedToRGB()
    let overlaid = explanation.overlaid(with: explanation.maps[0])
    func differs(_ x: Int, _ y: Int) -> Bool {
      let at = 3 * (y * 90 + x)
      return overlaid.samples[at..<(at + 3)] != gray.samples[at..<(at + 3)]
    }
    // The model sees columns 15 to 75; the last cell begins at column 55 and row 30.
    for y in 0..<60 {
      for x in 0..<90 where x < 15 || x >= 75 || x < 45 || y < 15 {
        #expect(!differs(x, y), "\(x), \(y)")
      }
    }
    #expect(differs(74, 59) && differs(60, 45))
    // The seeds' look covers all that the model saw, and nothing else.
    let veiled = explanation.overlaid(with: explanation.maps[0], style: .uniform(alpha: 0.6))
    let changed = (0..<5400).filter {
      veiled.samples[(3 * $0)..<(3 * $0 + 3)] != gray.samples[(3 * $0)..<(3 * $0 + 3)]
    }
    #expect(changed.allSatisfy { (15..<75).contains($0 % 90) } && changed.count > 3000)
    let blank = try self.explanation([("a", 0.9, [0, -1])])
    #expect(blank.overlaid(with: blank.maps[0]) == blank.image.convertedToRGB())
  }

  @Test("Texts name the prediction, the truth and the bounds of probabilities")
  func texts() throws {
    let one = try explanation([("Pneumothorax", 0.99999, [0, 1])])
    let figure = one.figure(title: "t", facts: FigureFacts(truth: "No Pneumothorax"))
    #expect(figure.subtitle == "predicted Pneumothorax > 99.9 %, true No Pneumothorax")
    // The class of the only map is that of the subtitle.
    #expect(figure.rowTitles.isEmpty)
    let other = one.figure(
      title: "t", facts: FigureFacts(predicted: "No Pneumothorax", probability: 0.9731))
    #expect(other.subtitle == "predicted No Pneumothorax 97.3 %")
    #expect(other.rowTitles == ["Pneumothorax, > 99.9 %"])
    let unsure = try explanation([("a", 0.3, [0, 1]), ("b", 0.2, [0, 1])])
    #expect(unsure.figure(title: "t").subtitle == "")
    for count in [1, 3] {
      let map = try explanation([("a", 0.9, [Float](repeating: 0.5, count: 2 * count))])
      #expect(map.figure(title: "t").rows[0][1].title == "map, 2 × \(count) cells")
    }
  }

  @Test("Panels are chosen, and the true region is outlined in original pixels")
  func panels() throws {
    let explanation = try explanation([("a", 0.9, [0, 0, 0, 0, 0, 1])])
    let mask = Square(box: BoundingBox(x0: 20, y0: 10, x1: 40, y1: 30))
    let figure = explanation.figure(title: "t", facts: FigureFacts(mask: mask))
    #expect(figure.rows[0].map(\.title).last == "true region")
    let outline = try #require(content(figure.rows[0][3])?.outline)
    let xs = outline.lines.joined().map(\.x)
    #expect(xs.min() == 20 && xs.max() == 40)
    var options = FigureOptions()
    options.panels = FigurePanel.allCases
    let all = explanation.figure(title: "t", facts: FigureFacts(mask: mask), options: options)
    #expect(
      all.rows[0].map(\.title) == [
        "image", "map, 2 × 3 cells", "map over the image", "box", "true region",
      ])
    #expect(all.rows[0].map(\.boxes.count) == [0, 0, 0, 1, 0])
    options.panels = [.mask]
    let none = explanation.figure(title: "t", options: options)
    #expect(none.rows[0].map(\.title) == ["image"])
    let empty = Square(box: BoundingBox(x0: 0, y0: 0, x1: 0, y1: 0))
    #expect(explanation.figure(title: "t", facts: FigureFacts(mask: empty)).rows[0].count == 3)
    _ = explanation.keeping([]).figure(title: "no class").drawn()
  }

  @Test("A box of a class that the model does not predict, or of a weak map, counts as weak")
  func strength() throws {
    let two = try explanation([("a", 0.97, [0, 2]), ("b", 0.03, [2, 0]), ("c", 0.9, [0, 0.1])])
    let boxes = two.figure(title: "t").rows.map { $0[2].boxes[0].strength }
    #expect(boxes[0] == 1 && boxes[1] < 0.1 && boxes[2] < 0.1)
  }

  @Test("Side and scale are drawn where the file tells, in the proportions of its pixels")
  func marks() throws {
    func drawn(_ facts: ImageFacts, marks: Bool = true) throws -> PixelBuffer {
      var options = FigureOptions()
      options.panels = [.film]
      options.showsMarks = marks
      options.showsCaption = false
      return try explanation([("a", 0.9, [0, 1])], facts: facts)
        .figure(title: "", options: options).drawn()
    }
    let plain = try drawn(ImageFacts())
    let right = ImageFacts(patientOrientation: ["L", "F"])
    let left = ImageFacts(patientOrientation: ["R", "F"])
    let assumed = ImageFacts(viewPosition: "PA")
    let images = try [right, left, assumed].map { try drawn($0) }
    #expect(Set(images.map(\.samples)).count == 3 && !images.contains(plain))
    #expect(try drawn(right, marks: false) == plain)
    let spacing = ImageFacts(spacing: DICOMSpacing(row: 0.2, column: 0.2, kind: .detector))
    #expect(try drawn(spacing) != plain)
    let tall = ImageFacts(spacing: DICOMSpacing(row: 0.4, column: 0.2, kind: .detector))
    #expect(try drawn(tall).height > plain.height + 100)
    let caption = try explanation([("a", 0.9, [0, 1])], facts: spacing).figure(title: "").captions
    #expect(caption.contains { $0.contains("magnification not corrected") })
  }

  @Test("The panel of a contact sheet has the map, the box and the true region on one image")
  func contactPanel() throws {
    let explanation = try explanation([("a", 0.9, [0, 0, 0, 0, 0, 1])])
    let mask = Square(box: BoundingBox(x0: 20, y0: 10, x1: 40, y1: 30))
    let panel = explanation.contactPanel(
      title: "film", facts: FigureFacts(truth: "b", mask: mask))
    #expect(panel.title == "film\na 90.0 %\ntrue: b")
    #expect(panel.boxes.map(\.label) == ["1.00"])
    let film = try #require(content(panel))
    #expect(film.layer == .overlay(.evidence()) && film.outline?.lines.count == 1)
  }
}
