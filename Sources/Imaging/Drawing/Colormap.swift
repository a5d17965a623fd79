/// A colormap: 256 colors for values from 0 to 1.
public struct Colormap: Sendable, Equatable {
  /// The name; matplotlib's where it has one.
  package let name: String
  /// The red, green and blue bytes of the 256 colors.
  package let table: [UInt8]

  /// Creates a colormap.
  ///
  /// - Precondition: `table` has 768 bytes.
  package init(name: String, table: [UInt8]) {
    precondition(table.count == 768, "a colormap has 768 bytes, not \(table.count)")
    self.name = name
    self.table = table
  }

  /// Creates the built-in colormap with a name, ignoring case; nil if there is none.
  ///
  /// - Parameter name: One of `names`: `magma`, `viridis`, `ice-magma`, `RdBu_r` and so on.
  public init?(named name: String) {
    guard let found = Colormap.all.first(where: { $0.name.lowercased() == name.lowercased() })
    else { return nil }
    self = found
  }

  /// The index of the color for a value: 256 times the value, rounded down and clamped to 0...255.
  ///
  /// NaN gives 0.
  package static func index(_ value: Double) -> Int {
    value.isNaN ? 0 : Int(min(max(value * 256, 0), 255))
  }

  /// The color for a value; values outside of 0 to 1 are clamped.
  package func color(at value: Double) -> Color {
    let entry = 3 * Colormap.index(value)
    return Color(red: table[entry], green: table[entry + 1], blue: table[entry + 2])
  }

  /// Colors the values of an image; the range maps to the whole colormap.
  package func image(of image: ScalarImage, range: ClosedRange<Float>? = nil) -> PixelBuffer {
    let scaled = image.normalized(to: range)
    var samples: [UInt8] = []
    samples.reserveCapacity(3 * scaled.values.count)
    for value in scaled.values {
      let entry = 3 * Colormap.index(Double(value))
      samples.append(contentsOf: table[entry..<(entry + 3)])
    }
    return PixelBuffer(width: image.width, height: image.height, channels: 3, samples: samples)
  }

  /// Black, violet, orange, light yellow: perceptually uniform, for sequential data.
  public static let magma = Colormap(
    name: "magma", table: ColormapTables.decode(ColormapTables.magma))
  /// Violet, green, yellow: perceptually uniform, safe for color-blind readers.
  public static let viridis = Colormap(
    name: "viridis", table: ColormapTables.decode(ColormapTables.viridis))
  /// matplotlib's rainbow; not perceptually uniform, for comparison with older work.
  package static let jet = Colormap(name: "jet", table: ColormapTables.decode(ColormapTables.jet))
  /// OpenCV's rainbow, which pytorch-grad-cam uses.
  public static let openCVJet = Colormap(
    name: "opencv.jet", table: ColormapTables.decode(ColormapTables.openCVJet))
  /// Black to white.
  public static let gray = Colormap(
    name: "gray", table: (0..<256).flatMap { [UInt8($0), UInt8($0), UInt8($0)] })
  /// Black to white with a blue tint, as radiographs on film.
  package static let bone = Colormap(
    name: "bone",
    stops: [
      (0, [0, 0, 0]), (0.365079, [0.319444, 0.319444, 0.444444]),
      (0.746032, [0.652778, 0.777778, 0.777778]), (1, [1, 1, 1]),
    ])
  /// A smoother rainbow, computed by its author's polynomial approximation.
  package static let turbo = Colormap(
    name: "turbo",
    table: (0..<256).flatMap { index in
      let x = Double(index) / 255
      let fits: [[Double]] = [
        [0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
        [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
        [0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
      ]
      return fits.map { fit in
        let value = fit.reversed().reduce(0) { $0 * x + $1 }
        return UInt8(min(max(value * 255, 0), 255))
      }
    })
  /// Blue, white, red (ColorBrewer): for diverging data, with a range centered at zero.
  package static let blueWhiteRed = Colormap(
    name: "RdBu_r",
    stops: [
      0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D,
      0xB2182B, 0x67001F,
    ].enumerated().map { place, rgb in
      (Double(place) / 10, [16, 8, 0].map { Double(rgb >> $0 & 255) / 255 })
    })

  /// White to dark blue (ColorBrewer): for tables with numbers in their cells.
  public static let blues = Colormap(
    name: "Blues",
    stops: [
      0xF7FBFF, 0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C, 0x08306B,
    ].enumerated().map { place, rgb in
      (Double(place) / 8, [16, 8, 0].map { Double(rgb >> $0 & 255) / 255 })
    })
  /// Ice blue, blue, black, then magma: for signed maps over radiographs, with a range centered at zero.
  ///
  /// The upper half is magma, so what speaks for a class looks the same in signed and in one-sided maps. In the
  /// lower half blue becomes lighter at the same rate (CIELAB).
  public static let iceMagma = Colormap(name: "ice-magma", table: DivergingTable.iceMagma())

  /// Every built-in colormap.
  package static let all: [Colormap] = [
    .magma, .viridis, .gray, .bone, .turbo, .jet, .openCVJet, .blueWhiteRed, .blues, .iceMagma,
  ]

  /// The names of the built-in colormaps.
  public static var names: [String] { all.map(\.name) }

  /// Creates a piecewise linear colormap between colors (components of 0 to 1) at ascending
  /// positions.
  private init(name: String, stops: [(position: Double, color: [Double])]) {
    var table: [UInt8] = []
    for index in 0..<256 {
      let x = Double(index) / 255
      let next = stops.firstIndex { $0.position >= x - 1e-12 } ?? stops.count - 1
      let previous = max(next - 1, 0)
      let span = stops[next].position - stops[previous].position
      let share = span > 0 ? (x - stops[previous].position) / span : 0
      for channel in 0..<3 {
        let low = stops[previous].color[channel]
        let value = low + (stops[next].color[channel] - low) * share
        // Truncated as by matplotlib; the epsilon keeps whole numbers whole despite rounding
        // errors.
        table.append(UInt8(min(max(value * 255 + 1e-9, 0), 255)))
      }
    }
    self.init(name: name, table: table)
  }
}
