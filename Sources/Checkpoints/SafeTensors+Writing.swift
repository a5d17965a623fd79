import Files
import Foundation
package import Tensors

extension SafeTensors {
  /// Writes tensors atomically.
  ///
  /// - Parameters:
  ///   - tensors: In the order of their data.
  ///   - metadata: Text by name.
  ///   - path: The file; an existing one is replaced.
  /// - Throws: `CheckpointError`; an existing file is not changed then.
  package static func write(
    _ tensors: some Sequence<(name: String, tensor: Tensor)>, metadata: [String: String] = [:],
    to path: String
  ) throws(CheckpointError) {
    try write(tensors.map { RawTensor($0.name, $0.tensor) }, metadata: metadata, to: path)
  }

  /// Writes tensors of any type bit for bit.
  ///
  /// - Throws: `CheckpointError`, also if two have the same name; an existing file is not changed then.
  package static func write(
    _ tensors: [RawTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    try checkNames(tensors, path)
    var header = "{"
    if !metadata.isEmpty {
      header += "\"__metadata__\":{"
      header += metadata.sorted { $0.key < $1.key }.map {
        "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))"
      }
      .joined(separator: ",")
      header += tensors.isEmpty ? "}" : "},"
    }
    var offset = 0
    var parts: [String] = []
    for tensor in tensors {
      parts.append(
        "\(JSONText.quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":"
          + "[\(tensor.shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(offset),\(offset + tensor.byteCount)]}")
      offset += tensor.byteCount
    }
    header += parts.joined(separator: ",") + "}"
    // The specification aligns the data to 8 bytes.
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var length = UInt64(header.utf8.count).littleEndian
    let lengthBytes = withUnsafeBytes(of: &length) { Data($0) }
    try writeAtomically(to: path) { file in
      try file.write(contentsOf: lengthBytes)
      try file.write(contentsOf: Data(header.utf8))
      for tensor in tensors { try file.write(contentsOf: tensor.bytes()) }
    }
  }
}
