import Foundation

/// A file of `torch.save`, in the zip or the legacy format: a pickle of the values, and the storages of
/// the tensors.
///
/// Reference: PyTorch, torch/serialization.py.
struct PyTorchFile: Sendable {
  struct StoredTensor: Sendable {
    let name: String
    let tensor: PickleTensor
    let location: Location
  }

  /// The location of a storage in the file.
  enum Location: Sendable {
    case record(ZipArchive.Record)
    case bytes(start: Int, count: Int)

    /// The position of the record or of the bytes, different for every storage with bytes.
    var identifier: Int {
      switch self {
      case .record(let record): Int(record.index)
      case .bytes(let start, _): start
      }
    }

    var size: Int {
      switch self {
      case .record(let record): record.size
      case .bytes(_, let count): count
      }
    }
  }

  let root: CheckpointValue
  let tensors: [StoredTensor]
  /// The metadata that Lightbox wrote.
  let metadata: [String: String]
  /// Objects of which only the class is known.
  let opaqueValues: [OpaqueValue]
  let archive: ZipArchive?
  let source: ByteSource
  /// The storages of several tensors.
  let sharedStorages: Set<Int>
  let shared: SharedStorage

  /// The attribute of a state_dict with the metadata; PyTorch ignores it.
  static let metadataAttribute = "lightbox_metadata"

  /// Opens the zip format.
  init(zip source: ByteSource) throws(ParseError) {
    let archive = try ZipArchive(source)
    let names = archive.records.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard let pickleName = names.min(by: { ($0.count, $0) < ($1.count, $1) }),
      let record = archive.records[pickleName]
    else { throw .malformed("the zip archive has no data.pkl") }
    let root = String(pickleName.dropLast("data.pkl".count))
    guard archive.records[root + "constants.pkl"] == nil else {
      throw ParseError(.torchScript)
    }
    if let order = archive.records[root + "byteorder"], order.size < 64,
      try archive.content(of: order) != Data("little".utf8)
    {
      throw .malformed("it was written on a big-endian machine")
    }
    guard record.size <= Limits.pickle else {
      throw ParseError(
        .tooLarge(what: "bytes of data.pkl", value: record.size, limit: Limits.pickle))
    }
    let pickle = try archive.content(of: record)
    let built = try pickle.reading { bytes throws(ParseError) in
      var reader = PickleReader(bytes)
      return (root: try reader.read(), heap: reader.heap)
    }
    try self.init(
      built.root, built.heap, pickleSize: pickle.count, source: source, archive: archive
    ) {
      (storage: PickleStorage) throws(ParseError) in
      guard let record = archive.records["\(root)data/\(storage.key)"] else {
        throw .malformed(
          "the storage \(storage.key.prefix(80)) of a tensor is missing in the archive")
      }
      return .record(record)
    }
  }

  /// Locates the storage of each tensor and checks its size.
  init(
    _ value: PickleValue, _ heap: PickleHeap, pickleSize: Int, source: ByteSource,
    archive: ZipArchive?,
    _ locate: (PickleStorage) throws(ParseError) -> Location
  ) throws(ParseError) {
    var tree = PickleTree(heap, pickleSize: pickleSize)
    root = try tree.convert(value)
    opaqueValues = tree.opaqueValues
    if tree.tensors.isEmpty, let hidden = opaqueValues.first(where: \.holdsTensors) {
      throw ParseError(.unsupportedGlobal(hidden.className))
    }
    var tensors: [StoredTensor] = []
    var remaining = Limits.largestSize(source.count)
    for (name, tensor) in tree.tensors {
      let location = try locate(tensor.storage)
      let bytes = tensor.storage.wholeCount.multipliedReportingOverflow(
        by: tensor.storage.type.byteCount)
      guard !bytes.overflow, bytes.partialValue <= location.size else {
        throw .malformed(
          "its storage needs \(tensor.storage.wholeCount) elements of \(tensor.storage.type), but has "
            + "\(location.size) bytes", tensor: name)
      }
      remaining -= tensor.byteCount
      guard remaining >= 0 else {
        throw .malformed("its tensors are many times larger than the file")
      }
      tensors.append(StoredTensor(name: name, tensor: tensor, location: location))
    }
    self.tensors = tensors
    self.source = source
    let counts = Dictionary(grouping: tensors, by: \.location.identifier).mapValues(\.count)
    sharedStorages = Set(counts.lazy.filter { $0.value > 1 }.map(\.key))
    shared = SharedStorage(limit: 4 * Limits.largestSize(source.count))
    self.archive = archive
    metadata = PyTorchFile.metadata(value, heap)
  }

  private static func metadata(_ value: PickleValue, _ heap: PickleHeap) -> [String: String] {
    guard case .dict(let index) = value, let attributes = heap.dicts[index].attributes,
      case .dict(let own)? = heap.dicts[attributes][metadataAttribute]
    else { return [:] }
    var found: [String: String] = [:]
    for (key, value) in zip(heap.dicts[own].keys, heap.dicts[own].values) {
      if let key = key.string, let value = value.string { found[key] = value }
    }
    return found
  }
}

extension Data {
  /// Calls a function with the bytes and keeps the type of its errors.
  func reading<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ParseError) -> Result
  ) throws(ParseError) -> Result {
    try withUnsafeBytes { bytes in
      Swift.Result { () throws(ParseError) in try body(bytes) }
    }.get()
  }
}
