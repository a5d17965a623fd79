import Foundation
package import Tensors

/// A safetensors file whose header is validated; elements are read on demand.
///
/// Reference: github.com/huggingface/safetensors, format specification.
package struct SafeTensors: Sendable {
  /// A tensor's description in the header.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let type: ScalarType
    package let shape: [Int]
    let begin: Int
    let end: Int
  }

  /// The tensors in the order of their data.
  package let entries: [Entry]
  /// Text by name.
  package let metadata: [String: String]
  /// The path of the file.
  package let path: String
  private let data: Data
  private let start: Int

  /// Maps a file and validates its header against its size.
  ///
  /// - Throws: `CheckpointError`.
  package init(contentsOf path: String) throws(CheckpointError) {
    try self.init(data: try mapped(path), path: path)
  }

  /// Validates the header in the bytes of a file.
  ///
  /// - Throws: `CheckpointError`.
  init(data: Data, path: String) throws(CheckpointError) {
    do {
      let found: [(String, HeaderReader.Entry)]
      (start, found, metadata) = try SafeTensors.header(of: data)
      entries = try SafeTensors.validated(found, dataCount: data.count - start)
    } catch { throw error.located(in: path) }
    self.path = path
    self.data = data
  }

  private static func header(
    of data: Data
  ) throws(ParseError) -> (
    start: Int, entries: [(String, HeaderReader.Entry)], metadata: [String: String]
  ) {
    func malformed(_ text: String) -> ParseError { ParseError(.malformedSafetensors(text)) }
    guard data.count >= 8 else {
      throw malformed("it has \(data.count) bytes, 8 are needed for the header's length")
    }
    let length = [UInt8](data.prefix(8)).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= 100_000_000, length <= UInt64(data.count - 8) else {
      throw malformed("a header of \(length) bytes expected, \(data.count - 8) bytes found")
    }
    let start = 8 + Int(length)
    let header = [UInt8](data[data.startIndex + 8..<data.startIndex + start])
    guard header.first == UInt8(ascii: "{") else {
      throw malformed("the header is not a JSON object")
    }
    var reader = HeaderReader(header)
    let (entries, metadata) = try reader.read()
    return (start, entries, metadata)
  }

  /// The entries in the order of their data, which must fill the `dataCount` bytes without gaps.
  private static func validated(
    _ found: [(String, HeaderReader.Entry)], dataCount: Int
  ) throws(ParseError) -> [Entry] {
    func malformed(_ text: String, _ tensor: String? = nil) -> ParseError {
      ParseError(.malformedSafetensors(text), tensor: tensor)
    }
    var entries: [Entry] = []
    for (name, entry) in found {
      guard let type = ScalarType(rawValue: entry.dtype) else {
        throw ParseError(.unsupportedType(entry.dtype), tensor: name)
      }
      guard let bytes = byteCount(entry.shape, type) else {
        throw malformed("the shape \(entry.shape.prefix(8)) overflows", name)
      }
      guard entry.begin <= entry.end, entry.end <= dataCount, entry.end - entry.begin == bytes
      else {
        throw malformed(
          "the shape \(entry.shape) needs \(bytes) bytes, the offsets are "
            + "\(entry.begin)..<\(entry.end) of \(dataCount)", name)
      }
      entries.append(
        Entry(name: name, type: type, shape: entry.shape, begin: entry.begin, end: entry.end))
    }
    entries.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    var expected = 0
    for entry in entries {
      guard entry.begin == expected else {
        throw malformed(
          entry.begin < expected ? "it overlaps another tensor" : "there is a gap before it",
          entry.name)
      }
      expected = entry.end
    }
    guard expected == dataCount else {
      throw malformed("\(dataCount - expected) bytes after the last tensor are unused")
    }
    return entries
  }

  /// Reads one tensor: floating-point types as float32, I16 and I8 as int32, other integers unchanged.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor.
  package func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw CheckpointError(.noSuchTensor, path: path, tensor: name)
    }
    return read(entry)
  }

  /// Reads every tensor, by name.
  package var tensors: StateDictionary { tensors { _ in true } }

  /// Reads the tensors whose names satisfy a condition, without reading the bytes of others.
  package func tensors(where isIncluded: (String) -> Bool) -> StateDictionary {
    StateDictionary(
      entries.filter { isIncluded($0.name) }.map { (name: $0.name, tensor: read($0)) })
  }

  private func read(_ entry: Entry) -> Tensor {
    data.withUnsafeBytes { entry.type.tensor(entry.shape, from: bytes(of: entry, $0)) }
  }

  private func bytes(
    of entry: Entry, _ file: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file[start + entry.begin..<start + entry.end])
  }

  /// Calls `body`, from any thread, with the bytes of the tensors at some indices.
  func read(
    _ wanted: [Int], _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) {
    let size = wanted.reduce(0) { $0 + entries[$1].end - entries[$1].begin }
    try inParallel(wanted.count, bytes: size) { next throws(ParseError) in
      data.withUnsafeBytes { file in
        while let index = next() { body(wanted[index], bytes(of: entries[wanted[index]], file)) }
      }
    }
  }
}
