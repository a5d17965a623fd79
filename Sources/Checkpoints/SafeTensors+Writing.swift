import Foundation
public import Tensors

extension SafeTensors {
  /// Writes tensors: all of the file or nothing of it, whatever happens meanwhile.
  ///
  /// - Parameters:
  ///   - tensors: In the order of their data.
  ///   - metadata: Free text by name.
  ///   - path: An existing file is replaced only when the new one is whole and on disk.
  /// - Throws: `CheckpointError`; what was there before is still there then.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    var header = "{"
    if !metadata.isEmpty {
      header += "\"__metadata__\":{"
      header += metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        .joined(separator: ",")
      header += "},"
    }
    var offset = 0
    var parts: [String] = []
    for (name, tensor) in tensors {
      let bytes = tensor.count * tensor.dtype.byteCount
      parts.append(
        "\(quoted(name)):{\"dtype\":\"\(typeName(tensor.dtype))\",\"shape\":"
          + "[\(tensor.shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(offset),\(offset + bytes)]}")
      offset += bytes
    }
    header += parts.joined(separator: ",") + "}"
    // Data begin at a multiple of 8 bytes.
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var length = UInt64(header.utf8.count).littleEndian
    let lengthBytes = withUnsafeBytes(of: &length) { Data($0) }
    try AtomicFile.write(to: path) { (file: FileHandle) throws in
      try file.write(contentsOf: lengthBytes)
      try file.write(contentsOf: Data(header.utf8))
      for (_, tensor) in tensors {
        let plain = tensor.rowMajor
        let bytes = Data(
          bytesNoCopy: plain.storage.pointer, count: tensor.count * tensor.dtype.byteCount,
          deallocator: .none)
        try withExtendedLifetime(plain) { try file.write(contentsOf: bytes) }
      }
    }
  }

  private static func typeName(_ dtype: DType) -> String {
    switch dtype {
    case .float32: "F32"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
