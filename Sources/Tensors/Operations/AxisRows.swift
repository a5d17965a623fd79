/// A tensor as rows, each of which a reduction over some dimensions reduces to one value.
struct AxisRows: Sendable {
  /// `[rows, length]`, row-major.
  let values: Tensor
  /// The reduced shape, with length 1 for reduced dimensions.
  let keptShape: [Int]
  /// The reduced shape.
  let squeezedShape: [Int]
  private let original: [Int]
  /// The remaining dimensions, then the reduced ones.
  private let order: [Int]

  var rows: Int { values.shape[0] }
  var length: Int { values.shape[1] }

  init(_ tensor: Tensor, over axes: [Int]?, _ name: StaticString) {
    tensor.requireFloat(name)
    let reduced = (axes ?? Array(0..<tensor.rank)).map { tensor.checkedAxis($0, name) }
    precondition(
      Set(reduced).count == reduced.count, "\(name): an axis occurs twice in \(reduced)")
    let shape = tensor.shape
    let kept = shape.indices.filter { !reduced.contains($0) }
    original = shape
    order = kept + reduced.sorted()
    keptShape = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
    squeezedShape = kept.map { shape[$0] }
    let length = reduced.reduce(1) { $0 * shape[$1] }
    let arranged = order == Array(shape.indices) ? tensor : tensor.detached.transposed(order)
    values = arranged.viewed(as: [squeezedShape.reduce(1, *), length])
  }

  /// The inverse: rows in the shape of the original tensor.
  func restored(_ rows: Tensor) -> Tensor {
    if order == Array(original.indices) { return rows.viewed(as: original) }
    let inverse = order.indices.sorted { order[$0] < order[$1] }
    return rows.viewed(as: order.map { original[$0] }).transposed(inverse)
  }
}
