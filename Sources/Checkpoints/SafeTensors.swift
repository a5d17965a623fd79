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
    /// The type in the file, such as "F32" or "BF16".
    public let dtype: String
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

  static let sizes: [String: Int] = [
    "F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1,
    "BOOL": 1,
  ]

  /// Opens a file and checks its header against its size; the data stay in the file.
  ///
  /// - Throws: `CheckpointError`.
  public init(contentsOf path: String) throws(CheckpointError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path) ? "it cannot be read" : "there is no such file"
      throw CheckpointError(.system(reason), path: path)
    }
    try self.init(data: data, path: path)
  }

  /// Checks the bytes of a file.
  public init(data: Data, path: String) throws(CheckpointError) {
    func bad(_ text: String) -> CheckpointError { CheckpointError(.badHeader(text), path: path) }
    let head = [UInt8](data.prefix(8))
    if head.starts(with: [0x50, 0x4B]) || head.starts(with: [0x80, 0x02]) {
      throw CheckpointError(
        .otherFormat(
          "this is a PyTorch file, not safetensors; convert it once in Python: "
            + "from safetensors.torch import save_file; import torch; "
            + "save_file(torch.load(\"in.pth\", weights_only=True), \"out.safetensors\")"),
        path: path)
    }
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
      guard let size = SafeTensors.sizes[entry.dtype] else {
        throw CheckpointError(.unsupportedType(name: name, dtype: entry.dtype), path: path)
      }
      var bytes = size
      for length in entry.shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
        guard !overflow else {
          throw CheckpointError(.badEntry(name: name, "has a shape beyond all bounds"), path: path)
        }
        bytes = product
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
          name: name, dtype: entry.dtype, shape: entry.shape, begin: entry.begin, end: entry.end))
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

  /// Reads every tensor, by name.
  public var tensors: [String: Tensor] { tensors { _ in true } }

  /// Reads the tensors of some names; the bytes of the others are not touched.
  public func tensors(where isWanted: (String) -> Bool) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: entries.filter { isWanted($0.name) }.map { ($0.name, read($0)) })
  }

  private func read(_ entry: Entry) -> Tensor {
    let from = data.startIndex + start + entry.begin
    let part = data[from..<(data.startIndex + start + entry.end)]
    return part.withUnsafeBytes { raw in
      func words<Word: FixedWidthInteger>(_ type: Word.Type) -> [Word] {
        let count = raw.count / MemoryLayout<Word>.size
        return [Word](unsafeUninitializedCapacity: count) { buffer, initialized in
          for i in 0..<count {
            buffer[i] = Word(
              littleEndian: raw.loadUnaligned(
                fromByteOffset: i * MemoryLayout<Word>.size, as: Word.self))
          }
          initialized = count
        }
      }
      switch entry.dtype {
      case "F32":
        let tensor = Tensor(uninitialized: entry.shape)
        if let base = raw.baseAddress {
          tensor.storage.pointer.copyMemory(from: base, byteCount: raw.count)
        }
        return tensor
      case "F64":
        return Tensor(words(UInt64.self).map { Float(Double(bitPattern: $0)) }, shape: entry.shape)
      case "BF16":
        return Tensor(
          words(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }, shape: entry.shape)
      case "F16":
        return Tensor(words(UInt16.self).map { Float(Float16(bitPattern: $0)) }, shape: entry.shape)
      case "I64": return Tensor(words(Int64.self), shape: entry.shape)
      case "I32": return Tensor(words(Int32.self), shape: entry.shape)
      case "I16": return Tensor(words(Int16.self).map(Int32.init), shape: entry.shape)
      case "I8": return Tensor(words(Int8.self).map(Int32.init), shape: entry.shape)
      case "BOOL": return Tensor(words(UInt8.self).map { $0 != 0 }, shape: entry.shape)
      default: return Tensor(words(UInt8.self), shape: entry.shape)
      }
    }
  }
}
