import Foundation

/// Writes files that `torch.load(path, weights_only=True)` reads.
package enum PyTorchWriter {
  /// Writes tensors as `torch.save(state_dict)` does: an `OrderedDict`, in a zip archive.
  ///
  /// - Parameters:
  ///   - tensors: The tensors in order; each gets its own storage.
  ///   - metadata: Text by name, written as the dictionary's attribute `lightbox_metadata`, which PyTorch
  ///     loads and ignores.
  ///   - path: The file; an existing one is replaced.
  ///   - largest: The largest size or offset without zip64; smaller in tests.
  /// - Throws: `CheckpointError`, also if two tensors have the same name; an existing file is not changed then.
  package static func write(
    _ tensors: [RawTensor], metadata: [String: String], to path: String,
    largest: Int = 0xFFFF_FFFE
  ) throws(CheckpointError) {
    try checkNames(tensors, path)
    let pickle = Data(stateDictionary(tensors, metadata))
    // PyTorch names the folder in the archive after the file; its reader accepts any name.
    try writeAtomically(to: path) { file in
      var zip = ZipWriter(file, largest: largest)
      try zip.add("archive/data.pkl", pickle)
      try zip.add("archive/byteorder", Data("little".utf8))
      for (i, tensor) in tensors.enumerated() {
        try zip.add("archive/data/\(i)", tensor.bytes())
      }
      try zip.add("archive/version", Data("3\n".utf8))
      try zip.finish()
    }
  }

  /// A pickle of protocol 2, the only one that PyTorch's restricted unpickler reads.
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
      // The persistent id of the storage.
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
      out.append(0x89)  // requires_grad
      emptyDictionary(&out)  // backward_hooks
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
