import Foundation

extension PyTorchFile {
  /// Opens the format of before 2020: five pickles in a row (a magic number, a version, what the
  /// machine was, the values, the keys of memory), then each memory with its length in front.
  init(legacy data: Data) throws(Flaw) {
    let found = try data.reading { bytes throws(Flaw) in try LegacyLayout(bytes) }
    try self.init(
      found.root, found.heap, pickleSize: found.pickleEnd, data: data, archive: nil
    ) { (storage: PickleStorage) throws(Flaw) in
      guard let place = found.places[storage.key] else {
        throw .damaged("the memory \(storage.key.prefix(80)) of a tensor is not in the file")
      }
      return .bytes(place.start, place.count)
    }
  }
}

/// Where things are in a file of the old format.
private struct LegacyLayout {
  let root: PickleValue
  let heap: PickleHeap
  let pickleEnd: Int
  private(set) var places: [String: (start: Int, count: Int)] = [:]

  init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
    var position = 0
    func pickle(_ heap: PickleHeap = PickleHeap()) throws(Flaw) -> (PickleValue, PickleHeap) {
      var reader = PickleReader(bytes, at: position, heap: heap)
      let value = try reader.read()
      position = reader.reader.position
      return (value, reader.heap)
    }
    guard case .large(0x1950, 0xA86A_20F9_469C_FC6C) = try pickle().0 else {
      throw .damaged("it does not begin with torch.save's magic number")
    }
    guard case .int(1001) = try pickle().0 else {
      throw .damaged("its format's version is not 1001")
    }
    let (system, systemHeap) = try pickle()
    if case .dict(let place) = system,
      case .bool(false)? = systemHeap.dicts[place]["little_endian"]
    {
      throw .damaged("it was written on a machine of the other byte order")
    }
    let (root, heap) = try pickle()
    let (list, listHeap) = try pickle()
    guard let keys = listHeap.items(list) else {
      throw .damaged("no list of memories follows its values")
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
        throw .damaged("it lists a memory that no tensor names")
      }
      let count = try reader.integer(Int64.self)
      guard count == Int64(size.count) else {
        throw .damaged("a memory of \(size.count) numbers says that it has \(count)")
      }
      let (length, overflow) = size.count.multipliedReportingOverflow(by: size.width)
      guard !overflow else { throw .damaged("a memory is beyond all bounds") }
      let start = reader.position
      _ = try reader.take(length)
      guard places.updateValue((start, length), forKey: key) == nil else {
        throw .damaged("it lists a memory twice")
      }
    }
  }
}
