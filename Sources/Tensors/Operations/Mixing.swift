import CKernels

extension Tensor {
  /// Blends each item of a batch with another one: `y[i] = λ[i] x[i] + (1 − λ[i]) x[partner[i]]` (MixUp).
  ///
  /// Runs on all threads in one pass. Not differentiable.
  ///
  /// - Parameters:
  ///   - partners: The item to blend with, one index per item.
  ///   - lambdas: The share of the item itself, one number per item.
  /// - Returns: The mixtures, of the same shape.
  /// - Precondition: The tensor is float32, and every partner is an index of its first dimension.
  package func mixed(with partners: [Int], _ lambdas: [Float]) -> Tensor {
    requireFloat("mixed")
    let items = checkedItems(partners, "mixed")
    precondition(lambdas.count == items, "mixed: \(lambdas.count) lambdas for \(items) items")
    let x = rowMajor.detached
    let y = Tensor(uninitialized: shape)
    guard count > 0 else { return y }
    lb_mix_items(x.floats, partners.map(Int64.init), lambdas, items, count / items, y.floats)
    return y
  }

  /// Replaces a rectangle of each image of a batch by the same one of another image (CutMix).
  ///
  /// Runs on all threads in one pass. Not differentiable.
  ///
  /// - Parameters:
  ///   - partners: The image to cut from, one index per image.
  ///   - columns: The columns of the rectangle.
  ///   - rows: The rows of the rectangle.
  /// - Returns: The mixtures, of the same shape.
  /// - Precondition: The tensor is float32, `[images, …, height, width]`, the rectangle is inside, and every partner
  ///   is an index of the first dimension.
  package func cutMixed(with partners: [Int], columns: Range<Int>, rows: Range<Int>) -> Tensor {
    requireFloat("cutMixed")
    let items = checkedItems(partners, "cutMixed")
    precondition(rank >= 3, "cutMixed needs [images, …, height, width], not \(shape)")
    let (height, width) = (shape[rank - 2], shape[rank - 1])
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= width && rows.lowerBound >= 0
        && rows.upperBound <= height,
      "cutMixed: columns \(columns) and rows \(rows) of \(width) x \(height)")
    let x = rowMajor.detached
    let y = Tensor(uninitialized: shape)
    guard count > 0 else { return y }
    let box = lb_box(
      planes: count / items / (height * width), height: height, width: width,
      x1: columns.lowerBound, y1: rows.lowerBound, x2: columns.upperBound, y2: rows.upperBound)
    lb_cut_mix_items(x.floats, partners.map(Int64.init), box, items, y.floats)
    return y
  }

  private func checkedItems(_ partners: [Int], _ name: StaticString) -> Int {
    precondition(
      rank > 0 && partners.count == shape[0] && partners.allSatisfy { shape[0] > $0 && $0 >= 0 },
      "\(name): partners \(partners) for a batch of \(shape)")
    return shape[0]
  }

  /// Moves toward another tensor, in place and in one pass: `a ← a + weight (x − a)` (`lerp_`).
  ///
  /// - Precondition: Both tensors are float32 and have the same shape.
  package mutating func lerp(to other: Tensor, weight: Float) {
    requireFloat("lerp")
    precondition(shape == other.shape, "lerp of \(shape) to \(other.shape)")
    makeUnique()
    let x = other.laidOut(as: self)
    lb_lerp(floats, x.floats, weight, physicalCount)
  }
}
