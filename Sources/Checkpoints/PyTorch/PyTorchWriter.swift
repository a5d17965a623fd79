import Foundation

/// Writes what `torch.load(path, weights_only=True)` reads.
public enum PyTorchWriter {
  /// Writes tensors as `torch.save(state_dict)` does: an `OrderedDict`, in a zip archive.
  ///
  /// - Parameters:
  ///   - tensors: In order; each gets memory of its own.
  ///   - metadata: Free text by name, kept as the dictionary's attribute `lightbox_metadata`, which
  ///     PyTorch loads and otherwise leaves alone.
  ///   - path: An existing file is replaced only when the new one is whole and on disk.
  /// - Throws: `CheckpointError`, also if two have one name; what was there before is still there then.
  public static func write(
    _ tensors: [RawTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    try write(tensors, metadata: metadata, to: path, largest: 0xFFFF_FFFE)
  }

  /// The same, with zip64 from a smaller size on: for tests.
  package static func write(
    _ tensors: [RawTensor], metadata: [String: String], to path: String, largest: Int
  ) throws(CheckpointError) {
    try checkNames(tensors, path)
    let pickle = Data(stateDictionary(tensors, metadata))
    // PyTorch names the folder inside after the file; its readers take any name.
    try writeAtomically(to: path) { file in
      var zip = ZipWriter(file, largest: largest)
      try zip.add("archive/data.pkl", pickle)
      try zip.add("archive/byteorder", Data("little".utf8))
      for (i, tensor) in tensors.enumerated() {
        try zip.add("archive/data/\(i)", tensor.bytes(path))
      }
      try zip.add("archive/version", Data("3\n".utf8))
      try zip.finish()
    }
  }

  /// Protocol 2, the only one that PyTorch's restricted reader takes.
  private static func stateDictionary(
    _ tensors: [RawTensor], _ metadata: [String: String]
  ) -> [UInt8] {
    var out: [UInt8] = [0x80, 0x02]
    emptyDictionary(&out)
    out.append(0x28)  // MARK
    for (i, tensor) in tensors.enumerated() {
      text(tensor.name, &out)
      global("torch._utils", "_rebuild_tensor_v2", &out)
      out.append(0x28)
      // The memory: a persistent id.
      out.append(0x28)
      text("storage", &out)
      global("torch", tensor.type.storageClass, &out)
      text("\(i)", &out)
      text("cpu", &out)
      integer(tensor.shape.reduce(1, *), &out)
      out += [0x74, 0x51]  // TUPLE, BINPERSID
      integer(0, &out)
      tuple(tensor.shape, &out)
      tuple(strides(tensor.shape), &out)
      out.append(0x89)  // no gradient wanted
      emptyDictionary(&out)  // no hooks
      out += [0x74, 0x52]  // TUPLE, REDUCE
    }
    out.append(0x75)  // SETITEMS
    if !metadata.isEmpty {
      out += [0x7D, 0x28]
      text(PyTorchFile.metadataAttribute, &out)
      out += [0x7D, 0x28]
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
        text(key, &out)
        text(value, &out)
      }
      out += [0x75, 0x75, 0x62]  // SETITEMS, SETITEMS, BUILD
    }
    out.append(0x2E)  // STOP
    return out
  }

  private static func strides(_ shape: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: shape.count)
    for i in shape.indices.dropLast().reversed() {
      result[i] = result[i + 1] * max(shape[i + 1], 1)
    }
    return result
  }

  private static func emptyDictionary(_ out: inout [UInt8]) {
    global("collections", "OrderedDict", &out)
    out += [0x29, 0x52]  // EMPTY_TUPLE, REDUCE
  }

  private static func global(_ module: String, _ name: String, _ out: inout [UInt8]) {
    out += Array("c\(module)\n\(name)\n".utf8)
  }

  private static func text(_ text: String, _ out: inout [UInt8]) {
    out.append(0x58)
    out.put(UInt32(text.utf8.count))
    out += Array(text.utf8)
  }

  private static func integer(_ value: Int, _ out: inout [UInt8]) {
    if let small = Int32(exactly: value) {
      out.append(0x4A)
      out.put(small)
    } else {
      out += [0x8A, 8]  // LONG1
      out.put(Int64(value))
    }
  }

  private static func tuple(_ values: [Int], _ out: inout [UInt8]) {
    out.append(0x28)
    for value in values { integer(value, &out) }
    out.append(0x74)
  }
}

/// Two tensors of one name cannot be in one file.
func checkNames(_ tensors: [RawTensor], _ path: String) throws(CheckpointError) {
  var names = Set<String>()
  for tensor in tensors where !names.insert(tensor.name).inserted {
    throw CheckpointError(
      .system("two tensors would be named \(tensor.name); nothing was written"), path: path)
  }
}
