import Foundation

/// What `torch.save` wrote, in its zip format or in the older one: a pickle that describes values, and
/// the memory of tensors beside it.
///
/// Reference: PyTorch, torch/serialization.py.
struct PyTorchFile: Sendable {
  struct Stored: Sendable {
    let name: String
    let tensor: PickleTensor
    let place: Place
  }

  /// Where the memory of a tensor is.
  enum Place: Sendable {
    case record(ZipArchive.Record)
    /// First byte and number of bytes.
    case bytes(Int, Int)

    var size: Int {
      switch self {
      case .record(let record): record.size
      case .bytes(_, let count): count
      }
    }
  }

  let root: CheckpointValue
  let tensors: [Stored]
  /// What Lightbox wrote beside the tensors.
  let metadata: [String: String]
  let archive: ZipArchive?
  let data: Data

  /// The attribute of a state_dict under which metadata are kept; PyTorch leaves it alone.
  static let metadataAttribute = "lightbox_metadata"

  /// What all tensors may take, as a multiple of the file; memory may be shared, but not by any number.
  private static let largestGrowth = 16

  /// Opens the zip format.
  init(zip data: Data) throws(Flaw) {
    let archive = try ZipArchive(data)
    let names = archive.records.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard let pickleName = names.min(by: { ($0.count, $0) < ($1.count, $1) }),
      let record = archive.records[pickleName]
    else { throw .damaged("the zip archive has no data.pkl, so torch.save did not write it") }
    let root = String(pickleName.dropLast("data.pkl".count))
    guard archive.records[root + "constants.pkl"] == nil else {
      throw Flaw(
        .otherFormat(
          "this is a TorchScript program, not weights; in Python: "
            + "torch.save(torch.jit.load(\"in.pt\").state_dict(), \"out.pth\")"))
    }
    if let order = archive.records[root + "byteorder"], order.size < 64,
      try archive.content(of: order) != Data("little".utf8)
    {
      throw .damaged("it was written on a machine of the other byte order")
    }
    let pickle = try archive.content(of: record)
    let built = try pickle.reading { bytes throws(Flaw) in
      var reader = PickleReader(bytes)
      return (root: try reader.read(), heap: reader.heap)
    }
    try self.init(built.root, built.heap, pickleSize: pickle.count, data: data, archive: archive) {
      (storage: PickleStorage) throws(Flaw) in
      guard let record = archive.records["\(root)data/\(storage.key)"] else {
        throw .damaged("the memory \(storage.key.prefix(80)) of a tensor is not in the archive")
      }
      return .record(record)
    }
  }

  /// Finds out where each tensor's memory is, and that it is large enough.
  init(
    _ value: PickleValue, _ heap: PickleHeap, pickleSize: Int, data: Data, archive: ZipArchive?,
    _ place: (PickleStorage) throws(Flaw) -> Place
  ) throws(Flaw) {
    var tree = PickleTree(heap, pickleSize: pickleSize)
    root = try tree.grow(value)
    var tensors: [Stored] = []
    var room = max(1 << 20, data.count.multipliedReportingOverflow(by: PyTorchFile.largestGrowth).0)
    for (name, tensor) in tree.tensors {
      let found = try place(tensor.storage)
      let bytes = tensor.storage.wholeCount.multipliedReportingOverflow(
        by: tensor.storage.type.byteCount)
      guard !bytes.overflow, bytes.partialValue <= found.size else {
        throw .damaged(
          "the tensor \(name) needs \(tensor.storage.wholeCount) numbers of \(tensor.storage.type), "
            + "its memory has \(found.size) bytes")
      }
      room -= tensor.byteCount
      guard room >= 0 else {
        throw .damaged("its tensors would take many times the size of the file")
      }
      tensors.append(Stored(name: name, tensor: tensor, place: found))
    }
    self.tensors = tensors
    self.data = data
    self.archive = archive
    metadata = PyTorchFile.metadata(value, heap)
  }

  private static func metadata(_ value: PickleValue, _ heap: PickleHeap) -> [String: String] {
    guard case .dict(let place) = value, let attributes = heap.dicts[place].attributes,
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
  /// Calls a function with the bytes; typed errors stay typed.
  func reading<Result>(
    _ body: (UnsafeRawBufferPointer) throws(Flaw) -> Result
  ) throws(Flaw) -> Result {
    try withUnsafeBytes { bytes in
      Swift.Result { () throws(Flaw) in try body(bytes) }
    }.get()
  }
}
