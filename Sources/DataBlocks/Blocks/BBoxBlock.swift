import Files
import Imaging
public import Tensors

/// Boxes in an image: fastai's `BBoxBlock`.
///
/// The label of an item is the edges of its boxes in pixels of the file, "x0 y0 x1 y1; x0 y0 x1 y1"; an empty text means
/// that it has none. Boxes go through the transforms with their image; those that leave it are dropped, others clipped.
/// Targets are float32, `[items, boxes, 4]`: the edges from -1 (left, top) to 1 (right, bottom), with zeros behind the boxes
/// of an item where another of the batch has more (`bb_pad`).
public struct BBoxBlock: TargetBlock {
  /// Creates a block.
  public init() {}

  /// Empty: the target is not a class.
  public var vocab: [String] { [] }
  /// The edges of one box.
  public var outputCount: Int { 4 }
  /// An image can have no box.
  public var acceptsEmptyLabel: Bool { true }
  /// There is nothing to learn.
  public func fitted(to items: [DataItem]) -> BBoxBlock { self }

  /// Throws a `DataError` if the text is no list of boxes.
  public func check(_ label: String) throws(DataError) {
    _ = try BoxText.boxes(label, named: false)
  }

  /// Takes the boxes of the label.
  public func annotate(_ sample: inout Sample) throws(DataError) {
    sample.boxes += try BoxText.boxes(sample.label ?? "", named: false)
  }

  /// The edges of the boxes in the input, `[boxes, 4]`.
  public func target(of sample: Sample) -> Tensor? {
    BoxText.tensor(sample, labels: nil)
  }

  /// The targets of a batch, padded to as many boxes.
  public func collate(_ targets: [Tensor]) -> Tensor { BoxText.padded(targets, columns: 4) }

  /// Boxes belong to a sample, not to a label alone.
  public func encode(_ labels: [String]) -> Tensor {
    preconditionFailure("the target of boxes is made of their sample")
  }
}

/// Boxes with a class each: fastai's `BBoxBlock` and `BBoxLblBlock` in one.
///
/// The label of an item is "x0 y0 x1 y1 NAME; …", in pixels of the file. Targets are as those of `BBoxBlock` with the index of
/// the class behind the edges, `[items, boxes, 5]`: 0 for no box, where an item is padded, and from 1 the classes.
public struct BBoxLblBlock: TargetBlock {
  /// The classes, from index 1; index 0 is no box (fastai's `#na#`).
  public let vocab: [String]
  private let isGiven: Bool

  /// Creates a block.
  ///
  /// - Parameter vocab: The classes in the order of their indices. Default: those of the training items, sorted.
  public init(vocab: [String]? = nil) {
    self.vocab = vocab ?? []
    isGiven = vocab != nil
  }

  /// The edges of a box and a score for each class and for no box.
  public var outputCount: Int { 4 + vocab.count + 1 }
  /// An image can have no box.
  public var acceptsEmptyLabel: Bool { true }

  /// Takes the classes of the items' boxes, unless they are given.
  ///
  /// - Throws: `DataError` if no item has a box.
  public func fitted(to items: [DataItem]) throws(DataError) -> BBoxLblBlock {
    if isGiven { return self }
    var names: Set<String> = []
    for item in items {
      do throws(DataError) {
        names.formUnion(try BoxText.boxes(item.label ?? "", named: true).compactMap(\.label))
      } catch {
        throw error.at(item.path)
      }
    }
    guard !names.isEmpty else { throw DataError(.noLabels) }
    return BBoxLblBlock(vocab: names.sorted())
  }

  /// Throws a `DataError` if the text is no list of boxes, or a class is not in the vocabulary.
  public func check(_ label: String) throws(DataError) {
    for box in try BoxText.boxes(label, named: true) {
      guard let name = box.label, vocab.contains(name) else {
        throw DataError(.unknownLabel(box.label ?? "", known: vocab))
      }
    }
  }

  /// Takes the boxes of the label.
  public func annotate(_ sample: inout Sample) throws(DataError) {
    sample.boxes += try BoxText.boxes(sample.label ?? "", named: true)
  }

  /// The edges and classes of the boxes in the input, `[boxes, 5]`.
  public func target(of sample: Sample) -> Tensor? {
    BoxText.tensor(sample, labels: vocab)
  }

  /// The targets of a batch, padded to as many boxes.
  public func collate(_ targets: [Tensor]) -> Tensor { BoxText.padded(targets, columns: 5) }

  /// Boxes belong to a sample, not to a label alone.
  public func encode(_ labels: [String]) -> Tensor {
    preconditionFailure("the target of boxes is made of their sample")
  }
}
