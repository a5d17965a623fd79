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
  private let source: ByteSource
  private let start: Int

  /// Opens a file and validates its header against its size.
  ///
  /// - Throws: `CheckpointError`.
  package init(contentsOf path: String) throws(CheckpointError) {
    try self.init(try ByteSource(contentsOf: path), path: path)
  }

  /// Validates the header in the bytes of a file.
  ///
  /// - Throws: `CheckpointError`.
  init(_ source: ByteSource, path: String) throws(CheckpointError) {
    do {
      let found: [(String, HeaderReader.Entry)]
      (start, found, metadata) = try SafeTensors.header(of: source)
      entries = try SafeTensors.validated(found, dataCount: source.count - start)
    } catch { throw error.located(in: path) }
    self.path = path
    self.source = source
  }

  private static func header(
    of source: ByteSource
  ) throws(ParseError) -> (
    start: Int, entries: [(String, HeaderReader.Entry)], metadata: [String: String]
  ) {
    func malformed(_ text: String) -> ParseError { ParseError(.malformedSafetensors(text)) }
    guard source.count >= 8 else {
      throw malformed("it has \(source.count) bytes, 8 are needed for the header's length")
    }
    let length = try source.bytes(0, 8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= UInt64(source.count - 8) else {
      throw malformed("a header of \(length) bytes expected, \(source.count - 8) bytes found")
    }
    // The limit of the specification.
    guard length <= 100_000_000 else {
      throw malformed("a header of \(length) bytes, but at most 100000000 are allowed")
    }
    let start = 8 + Int(length)
    let header = try source.bytes(8, Int(length))
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
        throw ParseError(.unsupportedType(String(entry.dtype.prefix(80))), tensor: name)
      }
      guard let bytes = byteCount(entry.shape, type) else {
        throw malformed("the shape \(entry.shape.prefix(8)) overflows", name)
      }
      guard entry.begin <= entry.end, entry.end <= dataCount, entry.end - entry.begin == bytes
      else {
        throw malformed(
          "the shape \(entry.shape.prefix(8)) needs \(bytes) bytes, the offsets are "
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
    do {
      let tensor = try read(entry)
      try source.checkUnchanged()
      return tensor
    } catch { throw error.located(in: path) }
  }

  /// Reads every tensor, by name.
  ///
  /// - Throws: `CheckpointError` if the file was changed since it was opened.
  package var tensors: StateDictionary {
    get throws(CheckpointError) { try tensors { _ in true } }
  }

  /// Reads the tensors whose names satisfy a condition, without reading the bytes of others.
  ///
  /// - Throws: `CheckpointError` if the file was changed since it was opened.
  package func tensors(
    where isIncluded: (String) -> Bool
  ) throws(CheckpointError) -> StateDictionary {
    do {
      var found: [(name: String, tensor: Tensor)] = []
      for entry in entries where isIncluded(entry.name) {
        found.append((name: entry.name, tensor: try read(entry)))
      }
      try source.checkUnchanged()
      return StateDictionary(found)
    } catch { throw error.located(in: path) }
  }

  private func read(_ entry: Entry) throws(ParseError) -> Tensor {
    if entry.type.isTensorType {
      let tensor = Tensor(uninitialized: entry.shape, dtype: entry.type.tensorType)
      try source.read(start + entry.begin, into: tensor.rawBytes)
      return tensor
    }
    let bytes = try source.bytes(start + entry.begin, entry.end - entry.begin)
    return bytes.withUnsafeBytes { entry.type.tensor(entry.shape, from: $0) }
  }

  /// Calls `body`, from any thread, with the bytes of the tensors at some indices.
  ///
  /// `memory` returns where to read them, or nil for a temporary buffer.
  func read(
    _ wanted: [Int], _ memory: @Sendable (Int) -> UnsafeMutableRawBufferPointer?,
    _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) {
    let size = wanted.reduce(0) { $0 + entries[$1].end - entries[$1].begin }
    try inParallel(wanted.count, bytes: size) { next throws(ParseError) in
      var scratch = ScratchBuffer()
      while let index = next() {
        let entry = entries[wanted[index]]
        let target = memory(wanted[index]) ?? scratch.bytes(entry.end - entry.begin)
        try source.read(start + entry.begin, into: target)
        body(wanted[index], UnsafeRawBufferPointer(target))
      }
    }
  }
}
