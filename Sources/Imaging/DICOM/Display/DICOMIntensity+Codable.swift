/// Coded as an object with a `kind`, such as `{"kind": "window", "center": 40, "width": 80}`.
extension DICOMIntensity: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, index, center, width, lower, upper, bins, parts
  }

  private enum Kind: String, CaseIterable, Codable {
    case automatic, voi, window, range, minMax, percentile, stored, fastai8bit, histScaled, channels
  }

  /// Decodes an intensity.
  ///
  /// - Throws: `DecodingError` for an unknown kind, or values that the kind does not allow.
  public init(from decoder: any Decoder) throws {
    try self.init(single: decoder.container(keyedBy: CodingKeys.self))
  }

  private init(single fields: KeyedDecodingContainer<CodingKeys>) throws {
    func number(_ key: CodingKeys) throws -> Double { try fields.decode(Double.self, forKey: key) }
    func check(_ isValid: Bool, _ key: CodingKeys, _ message: String) throws {
      guard isValid else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: fields, debugDescription: message)
      }
    }
    let name = try fields.decode(String.self, forKey: .kind)
    switch Kind(rawValue: name) {
    case .automatic: self = .automatic
    case .minMax: self = .minMax
    case .stored: self = .stored
    case .voi:
      let index = try fields.decode(Int.self, forKey: .index)
      try check(index >= 0, .index, "the index of a view is not negative: \(index)")
      self = .voi(index)
    case .window:
      let (center, width) = (try number(.center), try number(.width))
      try check(
        center.isFinite && width.isFinite && width >= 1, .width,
        "a window has a width of at least 1, not \(width)")
      self = .window(center: center, width: width)
    case .range:
      let (lower, upper) = (try number(.lower), try number(.upper))
      try check(lower < upper, .upper, "the range from \(lower) to \(upper) is empty")
      self = .range(lower: lower, upper: upper)
    case .percentile:
      let (lower, upper) = (try number(.lower), try number(.upper))
      try check(
        lower >= 0 && lower < upper && upper <= 100, .upper,
        "percentiles ascend from 0 to 100, unlike \(lower), \(upper)")
      self = .percentile(lower: lower, upper: upper)
    case .fastai8bit: self = .fastai8bit
    case .histScaled:
      let bins = try fields.decode(Int.self, forKey: .bins)
      try check(
        DICOMIntensity.binLimits.contains(bins), .bins,
        "a histogram has 1 to \(DICOMIntensity.binLimits.upperBound) bins, not \(bins)")
      self = .histScaled(bins: bins)
    case .channels:
      var list = try fields.nestedUnkeyedContainer(forKey: .parts)
      var parts: [DICOMIntensity] = []
      while !list.isAtEnd, parts.count <= DICOMIntensity.channelLimit {
        // Its own kind is checked before it is decoded, so that nesting needs no depth.
        let nested = try list.nestedContainer(keyedBy: CodingKeys.self)
        try check(
          try nested.decode(String.self, forKey: .kind) != Kind.channels.rawValue, .parts,
          "a channel has no channels itself")
        parts.append(try DICOMIntensity(single: nested))
      }
      try check(
        (2...DICOMIntensity.channelLimit).contains(parts.count), .parts,
        "there are 2 to \(DICOMIntensity.channelLimit) channels")
      self = .channels(parts)
    case nil:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: fields,
        debugDescription: "the kind of an intensity is one of "
          + "\(Kind.allCases.map(\.rawValue).joined(separator: ", ")), not \"\(name)\"")
    }
  }

  /// Encodes the intensity.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(kind, forKey: .kind)
    switch self {
    case .automatic, .minMax, .stored, .fastai8bit: break
    case .histScaled(let bins): try fields.encode(bins, forKey: .bins)
    case .channels(let parts): try fields.encode(parts, forKey: .parts)
    case .voi(let index): try fields.encode(index, forKey: .index)
    case .window(let center, let width):
      try fields.encode(center, forKey: .center)
      try fields.encode(width, forKey: .width)
    case .range(let lower, let upper), .percentile(let lower, let upper):
      try fields.encode(lower, forKey: .lower)
      try fields.encode(upper, forKey: .upper)
    }
  }

  private var kind: Kind {
    switch self {
    case .automatic: .automatic
    case .voi: .voi
    case .window: .window
    case .range: .range
    case .minMax: .minMax
    case .percentile: .percentile
    case .stored: .stored
    case .fastai8bit: .fastai8bit
    case .histScaled: .histScaled
    case .channels: .channels
    }
  }
}
