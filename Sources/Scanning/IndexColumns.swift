import Files
import GRDB

/// The columns of an index: how facts become values and values facts.
enum IndexColumns {
  static let names = [
    "path", "size", "modified", "inode", "kind", "fault", "fault_detail", "patient", "study",
    "series", "instance", "burned_in", "identity_removed", "identifiers", "private", "ends",
    "content", "modality", "transfer_syntax", "photometric", "bits", "view", "laterality",
    "body_part", "spacing_kind", "spacing", "columns", "rows", "frames", "windows",
    "gray_transforms", "inverted", "irregularities", "minimum", "maximum", "mean", "deviation",
    "spread", "letters", "pixel_digest",
  ]

  static let declarations = names.map {
    $0 == "path" ? "path text primary key" : "\"\($0)\""
  }.joined(separator: ", ")

  static let list = names.map { "\"\($0)\"" }.joined(separator: ", ")

  /// No text of a header contains it: they are cut or checked.
  private static let separator: Character = "\u{1F}"

  static func values(_ facts: FileFacts) -> [(any DatabaseValueConvertible)?] {
    let (header, pixels) = (facts.header, facts.pixels)
    func joined(_ values: [String]) -> String? {
      values.isEmpty ? nil : values.joined(separator: String(separator))
    }
    return [
      facts.path, facts.stamp.size, facts.stamp.modified, facts.stamp.inode, facts.kind.rawValue,
      facts.fault, facts.faultDetail, facts.patient, facts.study, facts.series, facts.instance,
      facts.burnedInAnnotation, facts.identityRemoved, joined(facts.identifiers),
      facts.privateCount, facts.ends, facts.content, header.modality, header.transferSyntax,
      header.photometric, header.bits, header.view, header.laterality, header.bodyPart,
      header.spacingKind, header.spacing, header.columns, header.rows, header.frames,
      joined(header.windows), joined(header.grayTransforms), header.isInverted ? 1 : 0,
      joined(header.irregularities), pixels?.minimum, pixels?.maximum, pixels?.mean,
      pixels?.deviation, pixels?.spread.rawValue, pixels?.letters, pixels?.digest,
    ]
  }

  /// Nil if a value is of another type or out of its range.
  static func facts(_ row: Row) -> FileFacts? {
    var reader = RowReader(row: row)
    guard let path = reader.text(), !path.isEmpty else { return nil }
    var facts = FileFacts(path: path)
    facts.stamp = FileStamp(
      size: reader.count(), modified: reader.integer(), inode: reader.integer())
    guard let kind = reader.text().flatMap(FileFacts.Kind.init) else { return nil }
    facts.kind = kind
    facts.fault = reader.text()
    facts.faultDetail = reader.text()
    facts.patient = reader.text()
    facts.study = reader.text()
    facts.series = reader.text()
    facts.instance = reader.text()
    facts.burnedInAnnotation = reader.text()
    facts.identityRemoved = reader.text()
    facts.identifiers = reader.texts(separator)
    facts.privateCount = reader.count()
    facts.ends = reader.text()
    facts.content = reader.text()
    facts.header.modality = reader.text()
    facts.header.transferSyntax = reader.text()
    facts.header.photometric = reader.text()
    facts.header.bits = reader.text()
    facts.header.view = reader.text()
    facts.header.laterality = reader.text()
    facts.header.bodyPart = reader.text()
    facts.header.spacingKind = reader.text()
    facts.header.spacing = reader.text()
    facts.header.columns = reader.count()
    facts.header.rows = reader.count()
    facts.header.frames = reader.count()
    facts.header.windows = reader.texts(separator)
    facts.header.grayTransforms = reader.texts(separator)
    facts.header.isInverted = reader.count() != 0
    facts.header.irregularities = reader.texts(separator)
    let (minimum, maximum) = (reader.number(), reader.number())
    let (mean, deviation) = (reader.number(), reader.number())
    let spread = reader.text().flatMap(PixelFacts.Spread.init)
    let letters = reader.optionalCount()
    let digest = reader.text()
    guard reader.isValid, kind != .unreadable || facts.fault != nil else { return nil }
    if let minimum, let maximum, let mean, let deviation, let spread, let letters {
      facts.pixels = PixelFacts(
        minimum: minimum, maximum: maximum, mean: mean, deviation: deviation, spread: spread,
        letters: letters, digest: digest)
    }
    return facts
  }
}

/// Reads the values of a row in order and notes one that does not fit.
private struct RowReader {
  let row: Row
  private var index = 0
  private(set) var isValid = true

  /// The most characters of a text: messages are longer than headers.
  private static let textLimit = 8192

  init(row: Row) { self.row = row }

  private mutating func next() -> DatabaseValue.Storage {
    defer { index += 1 }
    return (row[index] as DatabaseValue).storage
  }

  /// Text; nil if it is null.
  mutating func text() -> String? {
    switch next() {
    case .null: return nil
    case .string(let text) where text.utf8.count <= Self.textLimit: return text
    default:
      isValid = false
      return nil
    }
  }

  mutating func texts(_ separator: Character) -> [String] {
    guard let text = text() else { return [] }
    return text.split(separator: separator).map(String.init)
  }

  mutating func integer() -> Int {
    if case .int64(let value) = next() { return Int(value) }
    isValid = false
    return 0
  }

  mutating func count() -> Int {
    let value = integer()
    // No size or number of a file exceeds it, and sums do not overflow.
    if !(0...1 << 44).contains(value) { isValid = false }
    return isValid ? value : 0
  }

  mutating func optionalCount() -> Int? {
    switch next() {
    case .null: return nil
    case .int64(let value) where (0...1 << 44).contains(value): return Int(value)
    default:
      isValid = false
      return nil
    }
  }

  mutating func number() -> Double? {
    switch next() {
    case .null: return nil
    case .double(let value) where value.isFinite: return value
    case .int64(let value): return Double(value)
    default:
      isValid = false
      return nil
    }
  }
}
