import DataBlocks
import Files

/// A target block in a file.
enum TargetDescription: Sendable, Equatable {
  case category([String])
  case multiCategory([String], delimiter: String?)
  case regression(outputs: Int)
  /// A block of your own.
  case own(vocab: [String], outputs: Int)

  static let maximumOutputs = 100_000

  init(_ target: any TargetBlock) {
    self =
      switch target {
      case let block as CategoryBlock: .category(block.vocab)
      case let block as MultiCategoryBlock:
        .multiCategory(block.vocab, delimiter: block.labelDelimiter)
      case let block as RegressionBlock: .regression(outputs: block.outputCount)
      default: .own(vocab: target.vocab, outputs: target.outputCount)
      }
  }

  /// The block; nil for one of your own.
  var block: (any TargetBlock)? {
    switch self {
    case .category(let vocab): CategoryBlock(vocab: vocab)
    case .multiCategory(let vocab, let delimiter):
      MultiCategoryBlock(vocab: vocab, labelDelimiter: delimiter)
    case .regression(let outputs): RegressionBlock(outputCount: outputs)
    case .own: nil
    }
  }

  var vocab: [String] {
    switch self {
    case .category(let vocab), .multiCategory(let vocab, _), .own(let vocab, _): vocab
    case .regression: []
    }
  }

  var outputCount: Int {
    switch self {
    case .category(let vocab), .multiCategory(let vocab, _): vocab.count
    case .regression(let outputs), .own(_, let outputs): outputs
    }
  }

  /// Whether an item has one class; nil if only the block knows.
  var isOneClass: Bool? {
    switch self {
    case .category: true
    case .multiCategory, .regression: false
    case .own: nil
    }
  }

  var name: String {
    switch self {
    case .category: "category"
    case .multiCategory: "multi_category"
    case .regression: "regression"
    case .own: "own"
    }
  }
}

extension TargetDescription: Codable {
  private enum CodingKeys: String, CodingKey { case name, vocab, delimiter, outputs }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(name, forKey: .name)
    if !vocab.isEmpty { try fields.encode(vocab, forKey: .vocab) }
    if case .multiCategory(_, let delimiter) = self {
      try fields.encodeIfPresent(delimiter, forKey: .delimiter)
    }
    if vocab.isEmpty || outputCount != vocab.count {
      try fields.encode(outputCount, forKey: .outputs)
    }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func fault(_ key: CodingKeys, _ problem: String) -> JSONFault {
      JSONFault(field: JSONFault.field(decoder.codingPath + [key]), problem)
    }
    func vocab(least: Int) throws -> [String] {
      let names = try fields.decode([String].self, forKey: .vocab)
      guard (least...Self.maximumOutputs).contains(names.count) else {
        throw fault(
          .vocab, "there are \(names.count) classes, but must be \(least) to \(Self.maximumOutputs)"
        )
      }
      var seen = Set<String>()
      for name in names {
        if name.allSatisfy(\.isWhitespace) { throw fault(.vocab, "the name of a class is blank") }
        guard seen.insert(name).inserted else {
          throw fault(.vocab, "the class \(name.debugDescription) occurs twice")
        }
      }
      return names
    }
    func outputs() throws -> Int {
      let count = try fields.decode(Int.self, forKey: .outputs)
      guard (1...Self.maximumOutputs).contains(count) else {
        throw fault(.outputs, "it is \(count), but must be 1 to \(Self.maximumOutputs)")
      }
      return count
    }
    let name = try fields.decode(String.self, forKey: .name)
    switch name {
    case "category": self = .category(try vocab(least: 2))
    case "multi_category":
      let delimiter = try fields.decodeIfPresent(String.self, forKey: .delimiter)
      if delimiter?.isEmpty == true { throw fault(.delimiter, "it is empty") }
      self = .multiCategory(try vocab(least: 1), delimiter: delimiter)
    case "regression": self = .regression(outputs: try outputs())
    case "own":
      let names = fields.contains(.vocab) ? try vocab(least: 1) : []
      self = .own(
        vocab: names, outputs: fields.contains(.outputs) ? try outputs() : max(names.count, 1))
    default:
      throw fault(
        .name,
        "it is \(name.prefix(60).debugDescription), but must be category, multi_category, regression or own"
      )
    }
  }
}
