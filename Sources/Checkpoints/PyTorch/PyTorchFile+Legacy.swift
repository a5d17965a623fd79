extension PyTorchFile {
  /// Opens the format before PyTorch 1.6: five pickles (magic number, version, system info, values, keys
  /// of the storages), then each storage after its length.
  init(legacy source: ByteSource) throws(ParseError) {
    let found = try LegacyLayout(source)
    try self.init(
      found.root, found.heap, pickleSize: found.pickleEnd, source: source, archive: nil
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

  init(_ source: ByteSource) throws(ParseError) {
    try self.init(try LegacyLayout.pickles(source), source)
  }

  /// Reads the pickles, whose length is not stored: from the beginning of the file, from more of it if that
  /// was not enough.
  private static func pickles(_ source: ByteSource) throws(ParseError) -> Pickles {
    var window = min(source.count, 1 << 20)
    while true {
      do {
        let bytes = try source.bytes(0, window)
        return try bytes.withUnsafeBytes { bytes in
          Result { () throws(ParseError) in try Pickles(bytes) }
        }.get()
      } catch {
        guard error.ranOut, window < source.count else { throw error }
        guard window < Limits.pickle else {
          throw ParseError(
            .tooLarge(what: "bytes of its pickles", value: source.count, limit: Limits.pickle))
        }
        window = min(source.count, window * 8, Limits.pickle)
      }
    }
  }

  /// The pickles at the beginning of the file.
  private struct Pickles {
    let root: PickleValue
    let heap: PickleHeap
    let keys: [PickleValue]
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer) throws(ParseError) {
      var position = 0
      func pickle(
        _ heap: PickleHeap = PickleHeap()
      ) throws(ParseError) -> (PickleValue, PickleHeap) {
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
      (root, heap) = try pickle()
      let (list, listHeap) = try pickle()
      guard let keys = listHeap.items(list) else {
        throw .malformed("no list of storages follows its values")
      }
      self.keys = keys
      end = position
    }
  }

  private init(_ pickles: Pickles, _ source: ByteSource) throws(ParseError) {
    root = pickles.root
    heap = pickles.heap
    pickleEnd = pickles.end
    var sizes: [String: (count: Int, width: Int)] = [:]
    for storage in heap.storages {
      sizes[storage.key] = (storage.wholeCount, storage.type.byteCount)
    }
    var position = pickles.end
    for key in pickles.keys {
      guard let key = key.storageKey, let size = sizes[key] else {
        throw .malformed("it lists a storage that no tensor refers to")
      }
      guard source.count - position >= 8 else {
        throw .malformed("it ends before the storage \(key)")
      }
      let count = try source.bytes(position, 8).withUnsafeBytes {
        Int64(littleEndian: $0.loadUnaligned(as: Int64.self))
      }
      position += 8
      guard count == Int64(size.count) else {
        throw .malformed("a storage of \(size.count) elements has \(count) by its header")
      }
      let (length, overflow) = size.count.multipliedReportingOverflow(by: size.width)
      guard !overflow, length <= source.count - position else {
        throw .malformed(
          "a storage of \(size.count) elements is longer than the \(source.count - position) bytes left"
        )
      }
      guard locations.updateValue((position, length), forKey: key) == nil else {
        throw .malformed("it lists a storage twice")
      }
      position += length
    }
  }
}
