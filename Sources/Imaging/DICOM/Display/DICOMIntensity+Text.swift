extension DICOMIntensity {
  /// A kind of intensity that is written with numbers, as `kind:numbers`.
  package enum NumericKind: String, Sendable, CaseIterable {
    case voi, window, range, percentile

    /// The form of the text, with names for the numbers.
    package var form: String {
      switch self {
      case .voi: "voi:INDEX"
      case .window: "window:CENTER,WIDTH"
      case .range: "range:LOWER,UPPER"
      case .percentile: "percentile:LOWER,UPPER"
      }
    }

    /// The condition that the numbers meet.
    var condition: String {
      switch self {
      case .voi: "INDEX is an integer of at least 0"
      case .window: "WIDTH is at least 1"
      case .range: "LOWER is less than UPPER"
      case .percentile: "0 <= LOWER < UPPER <= 100"
      }
    }
  }

  /// The names of windows, for help texts.
  package static var windowNames: String {
    names.map(\.name).filter { !["auto", "minmax", "stored"].contains($0) }.joined(separator: ", ")
  }

  /// The intensities that are written without numbers.
  private static let names: [(name: String, intensity: DICOMIntensity)] =
    [("auto", .automatic), ("minmax", .minMax), ("stored", .stored)]
    + NamedWindow.allCases.map { ($0.rawValue, .windowed($0)) }

  /// The intensity as command lines write it; `init(_:)` parses it to the same value.
  package var text: String {
    if let name = Self.names.first(where: { $0.intensity == self })?.name { return name }
    return switch self {
    case .automatic: "auto"
    case .minMax: "minmax"
    case .stored: "stored"
    case .voi(let index): "voi:\(index)"
    case .window(let center, let width): "window:\(center),\(width)"
    case .range(let lower, let upper): "range:\(lower),\(upper)"
    case .percentile(let lower, let upper): "percentile:\(lower),\(upper)"
    }
  }

  /// Parses an intensity as command lines write it.
  ///
  /// - Parameter text: `auto`, `minmax`, `stored`, `voi:INDEX`, `window:CENTER,WIDTH`,
  ///   `range:LOWER,UPPER`, `percentile:LOWER,UPPER`, or the name of a `NamedWindow`, such as `lungs`.
  /// - Throws: `DICOMIntensityError` if the text is none of these; it suggests the nearest name.
  public init(_ text: String) throws(DICOMIntensityError) {
    if let known = Self.names.first(where: { $0.name == text }) {
      self = known.intensity
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = NumericKind(rawValue: String(parts[0])) else {
      throw DICOMIntensityError(.unknownName(text, known: Self.names.map(\.name)))
    }
    guard parts.count == 2, let intensity = Self.parse(parts[1], kind) else {
      throw DICOMIntensityError(.invalidNumbers(text, kind))
    }
    self = intensity
  }

  /// Parses the numbers of a kind; nil if they are malformed or out of range.
  private static func parse(_ text: Substring, _ kind: NumericKind) -> DICOMIntensity? {
    if kind == .voi { return Int(text).flatMap { $0 >= 0 ? .voi($0) : nil } }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0) ?? .nan
    }
    guard numbers.count == 2, numbers.allSatisfy(\.isFinite) else { return nil }
    let (first, second) = (numbers[0], numbers[1])
    switch kind {
    case .window where second >= 1: return .window(center: first, width: second)
    case .range where first < second: return .range(lower: first, upper: second)
    case .percentile where 0 <= first && first < second && second <= 100:
      return .percentile(lower: first, upper: second)
    default: return nil
    }
  }
}
