import Foundation

extension Checkpoint {
  /// Tells the format from the first bytes, and says what a file of another kind seems to be.
  static func format(of data: Data, _ path: String) throws(CheckpointError) -> Format {
    func other(_ text: String) -> CheckpointError {
      CheckpointError(.otherFormat(text), path: path)
    }
    guard !data.isEmpty else { throw other("the file is empty") }
    let head = [UInt8](data.prefix(512))
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      return .pyTorchZip
    }
    // safetensors: eight bytes of length, then a JSON object. The length may begin as a pickle does.
    let length = head.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    if head.count > 8, head[8] == UInt8(ascii: "{"), length <= UInt64(data.count) {
      return .safetensors
    }
    // PROTO, or torch.save's magic number as protocols 0 and 1 write it.
    if head[0] == 0x80 && head.count > 1 && head[1] < 0x20
      || head.starts(with: Array("L119547037146038801333356L\n".utf8))
    {
      return .pyTorchLegacy
    }
    // Not sound, but its reader says best why.
    if head.count > 8 && head[8] == UInt8(ascii: "{") || path.lowercased().hasSuffix(".safetensors")
    {
      return .safetensors
    }
    let known: [(String, [UInt8])] = [
      ("a Keras or HDF5 file", [0x89] + Array("HDF".utf8)),
      ("a GGUF file", Array("GGUF".utf8)),
      ("packed by gzip; unpack it first", [0x1F, 0x8B]),
      ("a NumPy array", [0x93] + Array("NUMPY".utf8)),
      (
        "the pointer of a Git LFS file, not the file: run git lfs pull", Array("version https".utf8)
      ),
      ("a web page, perhaps of a failed download", Array("<!DOCTYPE".utf8)),
      ("a web page, perhaps of a failed download", Array("<html".utf8)),
    ]
    if let (what, _) = known.first(where: { head.starts(with: $0.1) }) {
      throw other("this is neither a safetensors nor a PyTorch file; it seems to be \(what)")
    }
    if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) {
      throw other(
        "this is a tar archive; unpack it, or if PyTorch before 0.2 wrote it, load and save it there"
      )
    }
    throw other("this is neither a safetensors nor a PyTorch file")
  }
}
