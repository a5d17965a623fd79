public import Tensors

/// The target side of a `DataBlock`: from the labels of items to the targets of a batch.
///
/// A new kind of target is one type that conforms; loaders and learners take it as it is.
public protocol TargetBlock: Sendable {
  /// The names of the classes; empty if the target is not a class.
  var vocab: [String] { get }
  /// The outputs that a model for this target has (`dls.c`).
  var outputCount: Int { get }
  /// Whether an empty label is a target, as for an item without findings, rather than a missing label. Default: false.
  var acceptsEmptyLabel: Bool { get }
  /// Whether `annotate` does something, so that images of the target are not kept on disk (`ImageCaching.disk`).
  /// Default: true.
  var annotates: Bool { get }
  /// A copy that has learned what it needs, such as the vocabulary, from training items.
  ///
  /// - Throws: `DataError` if the items do not suffice.
  func fitted(to items: [DataItem]) throws(DataError) -> Self
  /// Throws a `DataError` if a label cannot be encoded.
  func check(_ label: String) throws(DataError)
  /// The targets of a batch; the first dimension counts items.
  ///
  /// - Precondition: All labels pass `check`.
  func encode(_ labels: [String]) -> Tensor
  /// Adds what belongs to the target to a sample whose image has been read: its mask, its boxes. Default: nothing.
  ///
  /// Masks and boxes follow the transforms of the image.
  ///
  /// - Throws: `DataError` if it cannot be read or does not fit the image.
  func annotate(_ sample: inout Sample) throws(DataError)
  /// The target of a sample that has been transformed. Default: nil, the targets of a batch are made by `encode`.
  func target(of sample: Sample) -> Tensor?
  /// The targets of a batch from those of its samples. Default: float32 tensors of one shape are stacked.
  func collate(_ targets: [Tensor]) -> Tensor
}

extension TargetBlock {
  /// An item without a label has no target.
  public var acceptsEmptyLabel: Bool { false }
  /// Its images are kept in memory only.
  public var annotates: Bool { true }
  /// Adds nothing.
  public func annotate(_ sample: inout Sample) throws(DataError) {}
  /// No target of its own.
  public func target(of sample: Sample) -> Tensor? { nil }
  /// Stacks the targets.
  public func collate(_ targets: [Tensor]) -> Tensor { .stacked(targets) }
}
