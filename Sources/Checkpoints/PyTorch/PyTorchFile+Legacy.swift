import Foundation

extension PyTorchFile {
  /// Opens the format before PyTorch 1.6: five pickles (magic number, version, system info, values, keys
  /// of the storages), then each storage after its length.
  init(legacy data: Data) throws(ParseError) {
    let found = try data.reading { bytes throws(ParseError) in try LegacyLayout(bytes) }
    try self.init(
      found.root, found.heap, pickleSize: found.pickleEnd, data: data, archive: nil
    ) { (storage: PickleStorage) throws(ParseError) in
      guard let location = found.locations[storage.key] else {
        throw .malformed("the storage \(storage.key.prefix(80)) of a tensor is missing in the file")
      }
      return .bytes(start: location.start, count: location.count)
    }
  }
}

/// The parts of a file of the legacy format.
private struct LegacyLayout {
  let root: PickleValue
  let heap: PickleHeap
  let pickleEnd: Int
  private(set) var locations: [String: (start: Int, count: Int)] = [:]

  init(_ bytes: UnsafeRawBufferPointer) throws(ParseError) {
    var position = 0
    func pickle(_ heap: PickleHeap = PickleHeap()) throws(ParseError) -> (PickleValue, PickleHeap) {
      var reader = PickleReader(bytes, at: position, heap: heap)
      let value = try reader.read()
      position = reader.reader.position
      return (value, reader.heap)
    }
    guard case .large(0x1950, 0xA86A_20F9_469C_FC6C) = try pickle().0 else {
      throw .malformed("it does not begin with torch.save's magic number")
    }
    guard case .int(1001) = try pickle().0 else {
      throw .malformed("its protocol version is not 1001")
    }
    let (system, systemHeap) = try pickle()
    if case .dict(let index) = system,
      case .bool(false)? = systemHeap.dicts[index]["little_endian"]
    {
      throw .malformed("it was written on a big-endian machine")
    }
    let (root, heap) = try pickle()
    let (list, listHeap) = try pickle()
    guard let keys = listHeap.items(list) else {
      throw .malformed("no list of storages follows its values")
    }
    self.root = root
    self.heap = heap
    pickleEnd = position
    var sizes: [String: (count: Int, width: Int)] = [:]
    for storage in heap.storages {
      sizes[storage.key] = (storage.wholeCount, storage.type.byteCount)
    }
    var reader = ByteReader(bytes, at: position)
    for key in keys {
      guard let key = key.string ?? key.int.map(String.init), let size = sizes[key] else {
        throw .malformed("it lists a storage that no tensor refers to")
      }
      let count = try reader.integer(Int64.self)
      guard count == Int64(size.count) else {
        throw .malformed("a storage of \(size.count) elements has \(count) by its header")
      }
      let (length, overflow) = size.count.multipliedReportingOverflow(by: size.width)
      guard !overflow else { throw .malformed("the size of a storage overflows") }
      let start = reader.position
      _ = try reader.take(length)
      guard locations.updateValue((start, length), forKey: key) == nil else {
        throw .malformed("it lists a storage twice")
      }
    }
  }
}
