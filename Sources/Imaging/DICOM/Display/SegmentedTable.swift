/// The compressed form of a palette (PS3.3 C.7.9.2).
struct SegmentedTable {
  /// Elements of `bits <= 8 ? 1 : 2` bytes.
  private let data: [UInt16]
  private let isNarrow: Bool
  private let count: Int
  /// The unit of the offsets of indirect segments, in elements.
  private let offsetUnit: Int
  private var entries: [UInt16] = []

  /// Expands segments to `count` entries; nil if they are invalid or give another number.
  ///
  /// The offsets of indirect segments are bytes by the standard; some readers and writers count
  /// elements, so these are tried if bytes do not fit.
  static func expanded(_ data: [UInt16], isNarrow: Bool, count: Int) -> [UInt16]? {
    for unit in isNarrow ? [1] : [2, 1] {
      var table = SegmentedTable(data: data, isNarrow: isNarrow, count: count, offsetUnit: unit)
      if table.expand() { return table.entries }
    }
    return nil
  }

  private init(data: [UInt16], isNarrow: Bool, count: Int, offsetUnit: Int) {
    self.data = data
    self.isNarrow = isNarrow
    self.count = count
    self.offsetUnit = offsetUnit
  }

  private mutating func expand() -> Bool {
    var at = 0
    while at < data.count, entries.count < count {
      guard let next = append(at, isIndirect: false) else { return false }
      at = next
    }
    return entries.count == count
  }

  /// Appends the entries of the segment at `at`, and returns where the next one starts; nil if it is
  /// invalid.
  private mutating func append(_ at: Int, isIndirect: Bool) -> Int? {
    guard at + 2 <= data.count else { return nil }
    let length = Int(data[at + 1])
    switch data[at] {
    case 0:
      // Discrete: the entries.
      let end = at + 2 + length
      guard end <= data.count, entries.count + length <= count else { return nil }
      entries += data[at + 2..<end]
      return end
    case 1:
      // Linear: from the entry before to the stated one.
      guard at + 3 <= data.count, entries.count + length <= count, let start = entries.last else {
        return nil
      }
      let rise = Double(data[at + 2]) - Double(start)
      for step in 0..<length {
        let value = Double(start) + rise * Double(step + 1) / Double(length)
        entries.append(UInt16(value.rounded(.toNearestOrEven)))
      }
      return at + 3
    case 2 where !isIndirect:
      return indirect(at + 2, length)
    default:
      return nil
    }
  }

  /// Appends the entries of `length` segments that were used before.
  private mutating func indirect(_ at: Int, _ length: Int) -> Int? {
    let size = isNarrow ? 4 : 2
    guard at + size <= data.count else { return nil }
    let bits = isNarrow ? 8 : 16
    let offset = (0..<size).reduce(0) { $0 | Int(data[at + $1]) << (bits * $1) }
    guard offset % offsetUnit == 0 else { return nil }
    var target = offset / offsetUnit
    for _ in 0..<length {
      guard let next = append(target, isIndirect: true) else { return nil }
      target = next
    }
    return at + size
  }
}
