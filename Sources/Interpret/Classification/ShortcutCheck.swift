public import DataBlocks
public import Imaging
import Tensors

/// Looks for shortcuts of a classifier: evidence in borders and corners, where markers and frames are, and hot spots
/// at one place whatever the image shows.
///
///     var check = ShortcutCheck(explainer)
///     for item in items { try check.add(predictor.prepare(item.path)) }
///     print(check.warnings.joined(separator: "\n"))
///     try check.figure().write(to: "shortcuts.png")
///
/// Each image adds the map of its most probable class, placed in the model's input, clipped at 0 and divided by its sum.
/// Memory does not grow with the number of images.
public struct ShortcutCheck {
  /// The width of the border on each side, as a fraction of height and width.
  public static let borderWidth = 0.1
  /// The height and width of each corner, as a fraction of those of the image.
  public static let cornerSize = 0.2
  /// A share of the map larger than that of the area by this factor gives a warning.
  public static let massFactor = 1.5
  /// A share of peaks in one cell larger than expected by this factor gives a warning.
  public static let peakFactor = 3.0
  /// Classes with fewer images give no warning.
  public static let minimumImages = 10
  /// Rows and columns of the mean map.
  static let mapSize = 40
  /// Maps with more cells have their peaks counted on a grid of this many rows and columns.
  static let peakGrid = 8

  private let explainer: Explainer
  /// The name of the method, for captions.
  var title: String { explainer.method.title }
  private var sums: [Sums]

  /// What is summed over the images of a class.
  private struct Sums {
    var images = 0
    var withoutMap = 0
    var map = [Double](repeating: 0, count: ShortcutCheck.mapSize * ShortcutCheck.mapSize)
    var film = [Double](repeating: 0, count: ShortcutCheck.mapSize * ShortcutCheck.mapSize)
    var peaks: [Int] = []
    var peakRows = 0
  }

  /// Creates a check without images.
  ///
  /// - Parameter explainer: Computes the maps.
  public init(_ explainer: Explainer) {
    self.explainer = explainer
    sums = explainer.vocab.map { _ in Sums() }
  }

  /// Adds the map of an image's most probable class.
  ///
  /// - Throws: `MapError` if the method does not fit the model.
  public mutating func add(_ image: PreparedImage) throws(MapError) {
    let output = explainer.network.activation(explainer.network.output(of: image.input))
      .floatScalars
    let index =
      output.count == 1
      ? (output[0] > 0.5 ? 1 : 0)
      : output.indices.dropFirst().reduce(0) { output[$1] > output[$0] ? $1 : $0 }
    add(try explainer(image, classes: [index]))
  }

  /// Adds the first map of an explanation, that of the most probable class.
  public mutating func add(_ explanation: Explanation) {
    guard let map = explanation.maps.first else { return }
    let index = map.classIndex
    sums[index].images += 1
    guard map.status == .evidence else {
      sums[index].withoutMap += 1
      return
    }
    let size = explanation.inputSize
    let onInput = map.onInput(size.height, size.width)
    let cells = Self.mass(onInput)
    let total = cells.reduce(0, +)
    guard total > 0, total.isFinite else {
      sums[index].withoutMap += 1
      return
    }
    for cell in cells.indices { sums[index].map[cell] += cells[cell] / total }
    let film = Self.film(explanation)
    for cell in film.indices { sums[index].film[cell] += film[cell] }
    let peak = Self.peak(onInput, of: map)
    if sums[index].peaks.isEmpty {
      sums[index].peaks = [Int](repeating: 0, count: peak.rows * peak.columns)
      sums[index].peakRows = peak.rows
    }
    precondition(
      sums[index].peaks.count == peak.rows * peak.columns,
      "maps of \(peak.rows) x \(peak.columns) cells after \(sums[index].peaks.count) cells")
    sums[index].peaks[peak.cell] += 1
  }

  /// What the images of a class have in common.
  public struct ClassSummary: Sendable {
    /// The name of the class.
    public let className: String
    /// The images with this most probable class.
    public let images: Int
    /// Those whose map has no positive cell, or NaN.
    public let withoutMap: Int
    /// The mean map on the model's input, of which 1 is an even map; nil without maps.
    public let meanMap: ScalarImage?
    /// The mean film as the model sees it, 0 to 255; nil without maps.
    public let meanFilm: ScalarImage?
    /// The share of the map in the border, and the border's share of the area.
    public let border: (mass: Double, area: Double)
    /// The share of the map in the corners, and the corners' share of the area.
    public let corners: (mass: Double, area: Double)
    /// How many maps have their peak in each cell of the coarsest layer mapped, row by row.
    ///
    /// Of an even grid of 8 x 8 if that layer has more cells. Empty without maps.
    public let peaks: [[Int]]
    /// The largest share of maps with their peak in one cell; nil without maps.
    public let hotSpotShare: Double?
    /// The largest share expected if all cells were equally probable; nil without maps.
    public let expectedHotSpotShare: Double?
    /// Warnings in words.
    public let warnings: [String]
  }

  /// The summary of each class, in the order of the vocabulary.
  public var summaries: [ClassSummary] {
    zip(explainer.vocab, sums).map(Self.summary)
  }

  /// Whether some image had a map to add.
  public var hasMaps: Bool { sums.contains { $0.images > $0.withoutMap } }

  /// The warnings of all classes; empty if nothing is suspicious.
  public var warnings: [String] { summaries.flatMap(\.warnings) }

  private static func summary(_ name: String, _ sums: Sums) -> ClassSummary {
    let count = sums.images - sums.withoutMap
    let border = share(sums.map, count) { x, y in
      min(x, y, 1 - x, 1 - y) < borderWidth
    }
    let corners = share(sums.map, count) { x, y in
      min(x, 1 - x) < cornerSize && min(y, 1 - y) < cornerSize
    }
    let most = sums.peaks.max() ?? 0
    let hot = count == 0 ? nil : Double(most) / Double(count)
    let expected = count == 0 ? nil : expectedShare(count, cells: sums.peaks.count)
    let columns = sums.peaks.count / max(sums.peakRows, 1)
    var warnings: [String] = []
    if count >= minimumImages {
      for (place, found) in [("the outer border", border), ("the corners", corners)]
      where found.mass > massFactor * found.area {
        warnings.append(
          "\(name): \(Self.percent(found.mass)) of the evidence of \(count) images is in \(place), which is "
            + "\(Self.percent(found.area)) of the area; look for markers, text or frames")
      }
      if let hot, let expected, hot > peakFactor * expected {
        warnings.append(
          "\(name): the peak of \(Self.percent(hot)) of \(count) images is in the same of \(sums.peaks.count) "
            + "cells, where chance gives \(Self.percent(expected)); look for something that all these images share"
        )
      }
    }
    func mean(_ values: [Double], _ scale: Double) -> ScalarImage? {
      count == 0
        ? nil
        : ScalarImage(
          width: mapSize, height: mapSize, values: values.map { Float($0 * scale / Double(count)) })
    }
    return ClassSummary(
      className: name, images: sums.images, withoutMap: sums.withoutMap,
      meanMap: mean(sums.map, Double(sums.map.count)), meanFilm: mean(sums.film, 1),
      border: border, corners: corners,
      peaks: (0..<sums.peakRows).map { Array(sums.peaks[$0 * columns..<($0 + 1) * columns]) },
      hotSpotShare: hot,
      expectedHotSpotShare: expected, warnings: warnings)
  }

  /// The shares of mass and area of the cells whose centers, in fractions of width and height, are in a region.
  private static func share(
    _ map: [Double], _ count: Int, _ isInside: (Double, Double) -> Bool
  ) -> (mass: Double, area: Double) {
    var (mass, area) = (0.0, 0)
    for cell in map.indices {
      let x = (Double(cell % mapSize) + 0.5) / Double(mapSize)
      let y = (Double(cell / mapSize) + 0.5) / Double(mapSize)
      guard isInside(x, y) else { continue }
      mass += map[cell]
      area += 1
    }
    return (count == 0 ? 0 : mass / Double(count), Double(area) / Double(map.count))
  }

  /// The mean over 1000 draws of the largest share of `count` peaks in one of `cells` equally probable cells.
  static func expectedShare(_ count: Int, cells: Int) -> Double {
    // Beyond 10,000 images the share hardly changes.
    let count = min(count, 10_000)
    let draws = count > 1000 ? 100 : 1000
    var random = RandomSource(seed: 1)
    var sum = 0
    for _ in 0..<draws {
      var counts = [Int](repeating: 0, count: cells)
      for _ in 0..<count { counts[Int(random.next() % UInt64(cells))] += 1 }
      sum += counts.max() ?? 0
    }
    return Double(sum) / Double(draws * count)
  }

  /// A share in whole percent.
  static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

  // MARK: One image

  /// The positive part of a map, summed in cells of the mean map; pixels are divided among the cells that they lie in.
  static func mass(_ map: ScalarImage) -> [Double] {
    let across = overlaps(map.width)
    let down = overlaps(map.height)
    var cells = [Double](repeating: 0, count: mapSize * mapSize)
    for y in 0..<map.height {
      for x in 0..<map.width {
        let value = Double(max(map.values[y * map.width + x], 0))
        guard value > 0 else { continue }
        for (row, partY) in down[y] {
          for (column, partX) in across[x] {
            cells[row * mapSize + column] += value * partX * partY
          }
        }
      }
    }
    return cells
  }

  /// The cells that each of `count` pixels lies in, with the fraction of the pixel.
  private static func overlaps(_ count: Int) -> [[(cell: Int, part: Double)]] {
    let scale = Double(mapSize) / Double(count)
    return (0..<count).map { pixel in
      let (low, high) = (Double(pixel) * scale, Double(pixel + 1) * scale)
      let cells = Int(low)...min(max(Int(high.rounded(.up)) - 1, Int(low)), mapSize - 1)
      return cells.map { cell in
        (cell, (min(high, Double(cell + 1)) - max(low, Double(cell))) / (high - low))
      }
    }
  }

  /// The cell of the map's peak among those of its coarsest layer, where a map cannot tell places apart.
  private static func peak(
    _ onInput: ScalarImage, of map: ClassMap
  ) -> (cell: Int, rows: Int, columns: Int) {
    let values = onInput.values
    let best = values.indices.dropFirst().reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    let (y, x) = (best / onInput.width, best % onInput.width)
    let coarsest = map.layers.min { $0.map.count < $1.map.count }
    guard let coarsest, coarsest.map.count <= peakGrid * peakGrid else {
      let cell = y * peakGrid / onInput.height * peakGrid + x * peakGrid / onInput.width
      return (cell, peakGrid, peakGrid)
    }
    let (rows, columns) = (coarsest.map.shape[0], coarsest.map.shape[1])
    let place = coarsest.grid.cell(x: Double(x) + 0.5, y: Double(y) + 0.5)
    func index(_ position: Double, _ count: Int) -> Int {
      Int(min(max(position.rounded(), 0), Double(count - 1)))
    }
    return (index(place.row, rows) * columns + index(place.column, columns), rows, columns)
  }

  /// The gray values of the film at the centers of the mean map's cells, as the model sees it.
  private static func film(_ explanation: Explanation) -> [Double] {
    let image = explanation.image
    let (width, height) = (
      Double(explanation.inputSize.width), Double(explanation.inputSize.height)
    )
    return (0..<mapSize * mapSize).map { cell in
      let point = explanation.geometry.source(
        x: (Double(cell % mapSize) + 0.5) / Double(mapSize) * width,
        y: (Double(cell / mapSize) + 0.5) / Double(mapSize) * height)
      let (x, y) = (point.x.rounded(.down), point.y.rounded(.down))
      guard x >= 0, y >= 0, x < Double(image.width), y < Double(image.height) else { return 0 }
      let start = (Int(y) * image.width + Int(x)) * image.channels
      let values = image.samples[start..<start + image.channels]
      return Double(values.reduce(0) { $0 + Int($1) }) / Double(image.channels)
    }
  }
}
