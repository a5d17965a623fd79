/// A lookup table of a file: modality, VOI or palette color.
struct LookupTable {
  /// The input value of the first entry.
  let first: Int
  /// The number of bits per entry, as stated in the file.
  let bits: Int
  let entries: [UInt16]

  /// Looks up a value; values outside of the table give its first or last entry.
  func value(at number: Double) -> Double {
    guard number.isFinite else { return Double(entries[0]) }
    let index = number.rounded(.towardZero) - Double(first)
    return Double(entries[Int(min(max(index, 0), Double(entries.count - 1)))])
  }

  /// Creates a table from its descriptor (count, first, bits) and data; nil if they are
  /// inconsistent.
  init?(descriptor: [UInt8], isFirstSigned: Bool, data: [UInt8], isSegmented: Bool = false) {
    guard descriptor.count >= 6 else { return nil }
    func word(_ bytes: [UInt8], _ i: Int) -> UInt16 {
      UInt16(bytes[2 * i]) | UInt16(bytes[2 * i + 1]) << 8
    }
    let stated = Int(word(descriptor, 0))
    let count = stated == 0 ? 65536 : stated
    let start = word(descriptor, 1)
    first = isFirstSigned ? Int(Int16(bitPattern: start)) : Int(start)
    bits = Int(word(descriptor, 2))
    guard (1...16).contains(bits) else { return nil }
    if isSegmented {
      let words = bits <= 8 ? data.map { UInt16($0) } : (0..<data.count / 2).map { word(data, $0) }
      guard
        let expanded = SegmentedTable.expanded(
          words, isNarrow: bits <= 8, count: count)
      else { return nil }
      entries = expanded
    } else if data.count >= 2 * count {
      entries = (0..<count).map { word(data, $0) }
    } else if data.count >= count {
      entries = data.prefix(count).map { UInt16($0) }
    } else {
      return nil
    }
  }
}

extension DICOMFile {
  /// Reads the table in an item of a LUT sequence; nil if there is none.
  func lookupTable(in sequence: DICOMTag, item: Int) throws(DICOMError) -> LookupTable? {
    try lookupTable(.lutDescriptor, .lutData, in: [(sequence, item)])
  }

  func lookupTable(
    _ descriptorTag: DICOMTag, _ dataTag: DICOMTag, isSegmented: Bool = false,
    in path: DICOMFile.Path = []
  ) throws(DICOMError) -> LookupTable? {
    guard let descriptor = bytes(descriptorTag, in: path), let data = bytes(dataTag, in: path),
      !descriptor.bytes.isEmpty, !data.bytes.isEmpty
    else { return nil }
    // An implicit transfer syntax does not state whether the first value is signed; assume the sign
    // of the pixels.
    let isUnstated = !isExplicit && descriptor.kind != "SS"
    let isFirstSigned = descriptor.kind == "SS" || isUnstated && isSigned == true
    guard
      let table = LookupTable(
        descriptor: descriptor.bytes, isFirstSigned: isFirstSigned, data: data.bytes,
        isSegmented: isSegmented)
    else {
      throw error(.invalidAttribute, "the descriptor of a lookup table does not match its data")
    }
    return table
  }
}
