/// The columns of a table of masks, recognized by their names.
///
/// SIIM's own header is `ImageId, EncodedPixels`. Other names of the same meaning, other columns beside them, another
/// order, separator or letter case are read too.
struct MaskColumns: Equatable {
  /// The character between cells.
  let separator: Character
  /// The name of the column that says which image, as the file has it.
  let keyName: String
  let key: Int
  let runs: Int
  let count: Int

  private static let keys = [
    "imageid", "image", "images", "imagename", "imagefile", "img", "imgid", "file", "files",
    "filename", "filepath", "path", "dicom", "dicomid", "dicomfile", "sopinstanceuid", "sopuid",
    "instanceuid", "uid", "id", "name", "stem",
  ]
  private static let runNames = [
    "encodedpixels", "rle", "rlemask", "encodedrle", "maskrle", "runlength", "runlengths", "runs",
    "mask", "masks", "pixels",
  ]

  /// Nil if the line has no two columns that are known.
  init?(header: Substring) {
    for separator: Character in [",", ";", "\t", "|"] {
      let names = Self.cells(header, separator, at: .max).map { $0.filter(\.isLetter).lowercased() }
      guard let runs = Self.place(of: Self.runNames, in: names),
        let key = Self.place(of: Self.keys, in: names), key != runs
      else { continue }
      self.separator = separator
      self.key = key
      self.runs = runs
      count = names.count
      keyName = Self.cells(header, separator, at: .max)[key]
      return
    }
    return nil
  }

  /// The first known name decides: a file with `ImageId` and `file` is read by `ImageId`.
  private static func place(of known: [String], in names: [String]) -> Int? {
    known.lazy.compactMap { names.firstIndex(of: $0) }.first
  }

  /// The cells of the image and of the runs; nil if there are too few.
  func cells(_ line: Substring) -> (key: String, runs: String)? {
    let cells = Self.cells(line, separator, at: count)
    guard cells.count > max(key, runs) else { return nil }
    return (cells[key], cells[runs])
  }

  /// The cells of a line, without blanks and quotation marks around them; the last one is the rest.
  private static func cells(
    _ line: Substring, _ separator: Character, at limit: Int
  ) -> [String] {
    guard let mark = separator.asciiValue else { return [] }
    var cells: [String] = []
    var isQuoted = false
    var start = line.utf8.startIndex
    for place in line.utf8.indices {
      let byte = line.utf8[place]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard byte == mark, !isQuoted, cells.count + 1 < limit else { continue }
      cells.append(plain(line[start..<place]))
      start = line.utf8.index(after: place)
    }
    cells.append(plain(line[start...]))
    return cells
  }

  private static func plain(_ cell: Substring) -> String {
    var cell = cell.trimmingBlanks()
    if cell.utf8.count > 1, cell.hasPrefix("\""), cell.hasSuffix("\"") {
      cell = cell.dropFirst().dropLast().trimmingBlanks()
    }
    return String(cell)
  }
}

extension Substring {
  /// Removes spaces, tabs, carriage returns and no-break spaces from both ends.
  func trimmingBlanks() -> Substring {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isBlank }),
      let last = scalars.lastIndex(where: { !$0.isBlank })
    else { return self[endIndex...] }
    return self[first..<scalars.index(after: last)]
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool {
    self == " " || self == "\t" || self == "\r" || self == "\u{A0}"
  }
}
