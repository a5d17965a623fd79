import Files
public import Tensors

/// One or several numbers per item: fastai's `RegressionBlock`.
///
/// Targets are float32, `[items, numbers]`. The label of an item is its text, such as "63.5" or "63.5;1.2".
public struct RegressionBlock: TargetBlock {
  private let count: Int?

  /// Creates a block.
  ///
  /// - Parameter outputCount: Numbers per item, separated by ";" or blanks (`n_out`). Default: as many as the first training
  ///   item has.
  /// - Precondition: The count is positive.
  public init(outputCount: Int? = nil) {
    precondition(outputCount ?? 1 > 0, "\(outputCount ?? 0) outputs")
    count = outputCount
  }

  /// Empty: the target is not a class.
  public var vocab: [String] { [] }

  /// False: the label is all of the target.
  public var annotates: Bool { false }
  /// The numbers per item.
  public var outputCount: Int { count ?? 1 }

  /// Counts the numbers of the first item, unless the count was given.
  ///
  /// - Throws: `DataError` if its label is not a list of numbers.
  public func fitted(to items: [DataItem]) throws(DataError) -> RegressionBlock {
    guard count == nil, let first = items.first, let label = first.label else { return self }
    guard let numbers = Self.numbers(label) else {
      throw DataError(.notNumbers(label, expected: nil), path: first.path)
    }
    return RegressionBlock(outputCount: numbers.count)
  }

  /// The finite numbers of a text; nil if there are none, or something else.
  private static func numbers(_ text: String) -> [Float]? {
    let parts = text.split { $0 == ";" || $0.isWhitespace }
    let numbers = parts.compactMap { Float($0) }.filter(\.isFinite)
    return numbers.isEmpty || numbers.count < parts.count ? nil : numbers
  }

  /// Throws a `DataError` if a label is not as many finite numbers as the block has.
  public func check(_ label: String) throws(DataError) {
    guard let numbers = Self.numbers(label), numbers.count == outputCount else {
      throw DataError(.notNumbers(label, expected: outputCount))
    }
  }

  /// The numbers, float32, `[items, numbers]`.
  public func encode(_ labels: [String]) -> Tensor {
    let values = labels.flatMap { label -> [Float] in
      guard let numbers = Self.numbers(label), numbers.count == outputCount else {
        preconditionFailure("the label \(label) is not \(outputCount) numbers")
      }
      return numbers
    }
    return Tensor(values, shape: [labels.count, outputCount])
  }
}
