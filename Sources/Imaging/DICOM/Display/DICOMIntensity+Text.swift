extension DICOMIntensity {
  /// A kind of intensity that is written with numbers, as `kind:numbers`.
  package enum NumericKind: String, Sendable, CaseIterable {
    case voi, window, windowed, range, percentile
    case histScaled = "hist_scaled"

    /// The form of the text, with names for the numbers.
    package var form: String {
      switch self {
      case .voi: "voi:INDEX"
      case .window: "window:CENTER,WIDTH"
      case .windowed: "window(WIDTH,LEVEL)"
      case .range: "range:LOWER,UPPER"
      case .percentile: "percentile:LOWER,UPPER"
      case .histScaled: "hist_scaled:BINS"
      }
    }

    /// The condition that the numbers meet.
    var condition: String {
      switch self {
      case .voi: "INDEX is an integer of at least 0"
      case .window: "WIDTH is at least 1"
      case .windowed: "WIDTH and LEVEL are integers and WIDTH is 2 to 1000000"
      case .range: "LOWER is less than UPPER"
      case .percentile: "0 <= LOWER < UPPER <= 100"
      case .histScaled: "BINS is an integer of 1 to \(DICOMIntensity.binLimits.upperBound)"
      }
    }
  }

  /// The number of parts of a histogram.
  static let binLimits = 1...10_000

  /// The names of windows, for help texts.
  package static var windowNames: String {
    NamedWindow.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// All forms of the text, for help texts.
  package static var grammar: String {
    "auto (the file's own), voi (voi:INDEX), minmax, percentile (percentile:LOWER,UPPER), "
      + "hist_scaled (hist_scaled:BINS), fastai8bit, stored, range:LOWER,UPPER, window:CENTER,WIDTH, "
      + "window(WIDTH,LEVEL) as in fastai, or a window: \(windowNames); several joined by + are channels, "
      + "as lungs+mediastinum+spine_bone"
  }

  /// The intensities that are written without numbers.
  private static let names: [(name: String, intensity: DICOMIntensity)] =
    [
      ("auto", .automatic), ("minmax", .minMax), ("stored", .stored), ("fastai8bit", .fastai8bit),
      ("voi", .voi(0)), ("hist_scaled", .histScaled(bins: 100)),
      ("percentile", .percentile(lower: 1, upper: 99)),
    ] + NamedWindow.allCases.map { ($0.rawValue, .windowed($0)) }

  /// Other words for names.
  private static let synonyms = [
    "automatic": "auto", "min_max": "minmax", "lung": "lungs", "bone": "spine_bone",
    "abdomen": "abdomen_soft", "pulmonary_embolism": "pe",
  ]

  /// The intensity as command lines write it; `init(_:)` parses it to the same value.
  package var text: String {
    if let name = Self.names.first(where: { $0.intensity == self })?.name { return name }
    return switch self {
    case .automatic: "auto"
    case .minMax: "minmax"
    case .stored: "stored"
    case .fastai8bit: "fastai8bit"
    case .voi(let index): "voi:\(index)"
    case .window(let center, let width): "window:\(center),\(width)"
    case .range(let lower, let upper): "range:\(lower),\(upper)"
    case .percentile(let lower, let upper): "percentile:\(lower),\(upper)"
    case .histScaled(let bins): "hist_scaled:\(bins)"
    case .channels(let parts): parts.map(\.text).joined(separator: "+")
    }
  }

  /// Parses an intensity as command lines write it.
  ///
  /// - Parameter text: `auto`, `voi`, `minmax`, `percentile`, `hist_scaled`, `fastai8bit`, `stored`, a kind with its numbers
  ///   (`voi:INDEX`, `window:CENTER,WIDTH`, `window(WIDTH,LEVEL)` in fastai's order, `range:LOWER,UPPER`,
  ///   `percentile:LOWER,UPPER`, `hist_scaled:BINS`), or the name of a `NamedWindow`, such as `lungs`. Several that are
  ///   joined by `+` are channels. Capital letters count for nothing, so `histScaled` is `hist_scaled`.
  /// - Throws: `DICOMIntensityError` if the text is none of these; it suggests the nearest name.
  public init(_ text: String) throws(DICOMIntensityError) {
    let words = Self.split(text)
    guard words.count > 1 else {
      self = try Self.single(text)
      return
    }
    guard words.count <= Self.channelLimit else {
      throw DICOMIntensityError(.tooManyChannels(text, count: words.count))
    }
    var parts: [DICOMIntensity] = []
    for word in words { parts.append(try Self.single(word)) }
    self = .channels(parts)
  }

  /// The channels of a text; the sign of a number, as in `range:1,+5` and `1e+5`, does not separate.
  private static func split(_ text: String) -> [String] {
    var words = [""]
    for character in text {
      let last = words[words.count - 1].last
      if character == "+", let last, !",:(eE".contains(last) || !isNumber(words.last ?? "", last) {
        words.append("")
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words
  }

  /// Whether the last character of a word belongs to a number, not to a name.
  private static func isNumber(_ word: String, _ last: Character) -> Bool {
    guard last == "e" || last == "E" else { return true }
    return word.dropLast().last.map { $0.isNumber || $0 == "." } ?? false
  }

  private static func single(_ text: String) throws(DICOMIntensityError) -> DICOMIntensity {
    let plain = plain(text)
    let name = synonyms[plain] ?? plain
    if let known = names.first(where: { Self.plain($0.name) == Self.plain(name) }) {
      return known.intensity
    }
    let isCall = plain.hasSuffix(")")
    let parts = plain.split(
      separator: isCall ? "(" : ":", maxSplits: 1, omittingEmptySubsequences: false)
    var kind = NumericKind.allCases.first {
      Self.plain($0.rawValue) == Self.plain(String(parts[0]))
    }
    if kind == .window, isCall { kind = .windowed }
    guard let kind else {
      throw DICOMIntensityError(.unknownName(text, known: Self.names.map(\.name)))
    }
    let numbers = parts.count == 2 ? (isCall ? parts[1].dropLast() : parts[1]) : ""
    guard parts.count == 2, let intensity = Self.parse(numbers, kind) else {
      throw DICOMIntensityError(.invalidNumbers(text, kind))
    }
    return intensity
  }

  /// Lowercase, without blanks; an underscore before a capital letter may be left out.
  private static func plain(_ text: String) -> String {
    var plain = ""
    for character in text where character != " " {
      if character.isUppercase, let last = plain.last, last.isLetter { plain.append("_") }
      plain += character.lowercased()
    }
    return plain
  }

  /// Parses the numbers of a kind; nil if they are malformed or out of range.
  private static func parse(_ text: Substring, _ kind: NumericKind) -> DICOMIntensity? {
    switch kind {
    case .voi: return Int(text).flatMap { $0 >= 0 ? .voi($0) : nil }
    case .histScaled:
      return Int(text).flatMap { binLimits.contains($0) ? .histScaled(bins: $0) : nil }
    default: break
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0) ?? .nan
    }
    guard numbers.count == 2, numbers.allSatisfy(\.isFinite) else { return nil }
    let (first, second) = (numbers[0], numbers[1])
    switch kind {
    case .window where second >= 1: return .window(center: first, width: second)
    case .windowed where (2...1_000_000).contains(first) && abs(second) <= 1e9:
      guard let width = Int(exactly: first), let level = Int(exactly: second) else { return nil }
      return .windowed(width: width, level: level)
    case .range where first < second: return .range(lower: first, upper: second)
    case .percentile where 0 <= first && first < second && second <= 100:
      return .percentile(lower: first, upper: second)
    default: return nil
    }
  }
}
