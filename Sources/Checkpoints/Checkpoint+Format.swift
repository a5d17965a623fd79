extension Checkpoint {
  /// Recognizes the format of a file of `count` bytes by the first 512.
  static func format(
    of head: [UInt8], count: Int, _ path: String
  ) throws(CheckpointError) -> Format {
    guard !head.isEmpty else { throw CheckpointError(.unknownFormat(.empty), path: path) }
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      return .pyTorchZip
    }
    // safetensors: eight bytes of length, then a JSON object. The length may begin as a pickle does.
    let length = head.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    let hasObject = head.count > 8 && head[8] == UInt8(ascii: "{")
    if hasObject, length <= UInt64(count) { return .safetensors }
    // PROTO, or torch.save's magic number as protocols 0 and 1 write it.
    if head[0] == 0x80 && head.count > 1 && head[1] < 0x20
      || head.starts(with: Array("L119547037146038801333356L\n".utf8))
    {
      return .pyTorchLegacy
    }
    // Malformed, but the error of the safetensors parser is the most specific.
    if hasObject || path.lowercased().hasSuffix(".safetensors") { return .safetensors }
    throw CheckpointError(.unknownFormat(foreignFormat(head)), path: path)
  }

  private static func foreignFormat(_ head: [UInt8]) -> CheckpointError.ForeignFormat? {
    let signatures: [(CheckpointError.ForeignFormat, [UInt8])] = [
      (.hdf5, [0x89] + Array("HDF".utf8)), (.gguf, Array("GGUF".utf8)), (.gzip, [0x1F, 0x8B]),
      (.numPy, [0x93] + Array("NUMPY".utf8)), (.gitLFSPointer, Array("version https".utf8)),
      (.webPage, Array("<!DOCTYPE".utf8)), (.webPage, Array("<html".utf8)),
    ]
    if let (format, _) = signatures.first(where: { head.starts(with: $0.1) }) { return format }
    return head.count > 262 && head[257..<262].elementsEqual("ustar".utf8) ? .tar : nil
  }
}
