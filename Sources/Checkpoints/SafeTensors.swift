public import Foundation
public import Tensors

/// A safetensors file: opened, its header checked; tensors are read when asked for.
///
/// Reference: github.com/huggingface/safetensors, format specification. Nothing in a file can make
/// this read beyond its bytes or hold more memory than its size warrants.
public struct SafeTensors: Sendable {
  /// What the header says of a tensor.
  public struct Entry: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// The type in the file.
    public let type: ScalarType
    /// Lengths of the dimensions.
    public let shape: [Int]
    let begin: Int
    let end: Int
  }

  /// The tensors, in the order of their data.
  public let entries: [Entry]
  /// Free text by name.
  public let metadata: [String: String]
  /// The file.
  public let path: String
  private let data: Data
  private let start: Int

  /// Opens a file and checks its header against its size; the data stay in the file.
  ///
  /// - Throws: `CheckpointError`.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(data: try mapped(path), path: path)
  }

  /// Checks the bytes of a file.
  public init(data: Data, path: String) throws(CheckpointError) {
    func bad(_ text: String) -> CheckpointError { CheckpointError(.badHeader(text), path: path) }
    let head = [UInt8](data.prefix(8))
    guard data.count >= 8 else {
      throw bad("it has \(data.count) bytes, 8 are needed for the length")
    }
    let length = head.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= 100_000_000, length <= UInt64(data.count - 8) else {
      throw bad("the header should have \(length) bytes, \(data.count - 8) are there")
    }
    let start = 8 + Int(length)
    let header = [UInt8](data[data.startIndex + 8..<data.startIndex + start])
    guard header.first == UInt8(ascii: "{") else { throw bad("the header is no JSON object") }
    var reader = HeaderReader(header)
    let found: (entries: [(String, HeaderReader.Entry)], metadata: [String: String])
    do { found = try reader.read() } catch { throw bad(error.text) }
    var entries: [Entry] = []
    for (name, entry) in found.entries {
      guard let type = ScalarType(rawValue: entry.dtype) else {
        throw CheckpointError(.unsupportedType(name: name, dtype: entry.dtype), path: path)
      }
      guard let bytes = byteCount(entry.shape, type) else {
        throw CheckpointError(.badEntry(name: name, "has a shape beyond all bounds"), path: path)
      }
      guard entry.begin <= entry.end, entry.end <= data.count - start,
        entry.end - entry.begin == bytes
      else {
        throw CheckpointError(
          .badEntry(
            name: name,
            "of shape \(entry.shape) needs \(bytes) bytes, its offsets are "
              + "\(entry.begin)..<\(entry.end) of \(data.count - start)"), path: path)
      }
      entries.append(
        Entry(
          name: name, type: type, shape: entry.shape, begin: entry.begin, end: entry.end))
    }
    entries.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    var expected = 0
    for entry in entries {
      guard entry.begin == expected else {
        throw CheckpointError(
          .badEntry(
            name: entry.name,
            entry.begin < expected ? "overlaps another" : "leaves a hole before it"),
          path: path)
      }
      expected = entry.end
    }
    guard expected == data.count - start else {
      throw bad("\(data.count - start - expected) bytes behind the last tensor belong to none")
    }
    self.entries = entries
    metadata = found.metadata
    self.path = path
    self.data = data
    self.start = start
  }

  /// Reads one tensor: floating-point types as float32, integers as they are (I16 and I8 as int32).
  ///
  /// - Throws: `CheckpointError` if there is none of that name.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw CheckpointError(.noSuchTensor(name), path: path)
    }
    return read(entry)
  }

  /// Reads every tensor, in the order of their data.
  public var tensors: StateDictionary { tensors { _ in true } }

  /// Reads the tensors of some names; the bytes of the others are not touched.
  public func tensors(where isWanted: (String) -> Bool) -> StateDictionary {
    StateDictionary(
      entries.filter { isWanted($0.name) }.map { (name: $0.name, tensor: read($0)) })
  }

  private func read(_ entry: Entry) -> Tensor {
    data.withUnsafeBytes { entry.type.tensor(entry.shape, from: bytes(of: entry, $0)) }
  }

  private func bytes(
    of entry: Entry, _ file: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file[start + entry.begin..<start + entry.end])
  }

  /// The numbers of tensors, as they stand in the file; `body` may be called from any thread.
  func read(
    _ wanted: [Int], _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws(Flaw) {
    let size = wanted.reduce(0) { $0 + entries[$1].end - entries[$1].begin }
    try inParallel(wanted.count, bytes: size) { next throws(Flaw) in
      data.withUnsafeBytes { file in
        while let index = next() { body(wanted[index], bytes(of: entries[wanted[index]], file)) }
      }
    }
  }
}
