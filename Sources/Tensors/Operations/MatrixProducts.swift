import CKernels

extension Tensor {
  /// Matrix product: `y[…, i, j] = Σ a[…, i, k] b[…, k, j]` (`torch.matmul`).
  ///
  /// - Parameter other: `[…, k, n]`, or a vector `[k]`.
  /// - Returns: `[…, m, n]` for this tensor's `[…, m, k]`. Leading dimensions are batches and broadcast.
  ///   A vector on the left is a row, on the right a column; its dimension is removed.
  ///
  /// `da = dy bᵀ`, `db = aᵀ dy`, summed over broadcast dimensions. Saves both operands.
  public func matmul(_ other: Tensor) -> Tensor {
    precondition(
      rank >= 1 && other.rank >= 1 && shape[rank - 1] == other.shape[Swift.max(other.rank - 2, 0)],
      "matmul of \(shape) and \(other.shape): needs […, m, k] and […, k, n]")
    requireFloat("matmul")
    other.requireFloat("matmul")
    if rank == 1 {
      let y = unsqueezed(at: 0).matmul(other)
      return y.squeezed(at: other.rank == 1 ? 0 : -2)
    }
    if other.rank == 1 { return matmul(other.unsqueezed(at: 1)).squeezed(at: -1) }
    guard let batch = broadcastShape(shape.dropLast(2), other.shape.dropLast(2)) else {
      preconditionFailure("matmul of \(shape) and \(other.shape): the batches do not broadcast")
    }
    let products = MatrixBatch(shape, other.shape, batch)
    let (a, b) = (rowMajor.detached, other.rowMajor.detached)
    let needs = (needsGradient, other.needsGradient)
    let y = Tensor(uninitialized: batch + [shape[rank - 2], other.shape[other.rank - 1]])
    products.multiply(a, b, into: y)
    return y.recorded("matmul", from: [self, other]) { dy in
      let dy = dy.rowMajor
      return [
        needs.0 ? products.leftGradient(dy, b, shape: a.shape) : nil,
        needs.1 ? products.rightGradient(a, dy, shape: b.shape) : nil,
      ]
    }
  }

  /// A fully connected layer: `y[n, o] = b[o] + Σ w[o, i] x[n, i]` (`F.linear`).
  ///
  /// - Parameters:
  ///   - weight: `[outputs, inputs]`.
  ///   - bias: `[outputs]`. Default: none.
  /// - Returns: `[…, outputs]` for an input of `[…, inputs]`.
  ///
  /// Differentiable in the input, `weight` and `bias`. Saves the input and the weight.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(
      weight.rank == 2 && rank >= 1 && shape.last == weight.shape[1],
      "linear: an input of \(shape) and a weight of \(weight.shape) do not match")
    if let bias {
      precondition(
        bias.shape == [weight.shape[0]],
        "linear: a bias of \(bias.shape) and a weight of \(weight.shape) do not match")
    }
    requireFloat("linear")
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let rows = count / Swift.max(inputs, 1)
    let (x, w) = (rowMajor.detached, weight.rowMajor.detached)
    let inputShape = shape
    let y = Tensor(uninitialized: shape.dropLast() + [outputs])
    if let bias {
      let b = bias.rowMajor
      for row in 0..<rows { (y.floats + row * outputs).update(from: b.floats, count: outputs) }
    }
    BLAS.gemm(
      x.floats, transposed: false, w.floats, transposed: true, m: rows, n: outputs, k: inputs,
      beta: bias == nil ? 0 : 1, into: y.floats)
    let needs = (needsGradient, weight.needsGradient, bias?.needsGradient ?? false)
    return y.recorded("linear", from: [self, weight] + (bias.map { [$0] } ?? [])) { dy in
      let dy = dy.rowMajor
      var gradients: [Tensor?] = [nil, nil]
      if needs.0 {
        let d = Tensor(uninitialized: inputShape)
        BLAS.gemm(
          dy.floats, transposed: false, w.floats, transposed: false, m: rows, n: inputs, k: outputs,
          into: d.floats)
        gradients[0] = d
      }
      if needs.1 {
        let d = Tensor(uninitialized: [outputs, inputs])
        BLAS.gemm(
          dy.floats, transposed: true, x.floats, transposed: false, m: outputs, n: inputs, k: rows,
          into: d.floats)
        gradients[1] = d
      }
      if bias != nil {
        gradients.append(needs.2 ? dy.viewed(as: [rows, outputs]).sum(axis: 0) : nil)
      }
      return gradients
    }
  }
}

/// The pairs of matrices in a batched product.
private struct MatrixBatch: Sendable {
  private let m: Int
  private let k: Int
  private let n: Int
  /// Index of the left and the right matrix of each product.
  private let left: [Int]
  private let right: [Int]
  private let isLeftRepeated: Bool
  private let isRightRepeated: Bool

  init(_ a: [Int], _ b: [Int], _ batch: [Int]) {
    let rows = a[a.count - 2]
    (k, n) = (a[a.count - 1], b[b.count - 1])
    // With a single right matrix, the left matrices are one tall matrix.
    if b.count == 2 {
      m = rows * batch.reduce(1, *)
      (left, right, isLeftRepeated, isRightRepeated) = ([0], [0], false, false)
      return
    }
    m = rows
    left = MatrixBatch.matrices(Array(a.dropLast(2)), batch)
    right = MatrixBatch.matrices(Array(b.dropLast(2)), batch)
    isLeftRepeated = a.dropLast(2).reduce(1, *) != left.count
    isRightRepeated = b.dropLast(2).reduce(1, *) != right.count
  }

  /// For each batch position of the result, in row-major order, the index of the operand.
  private static func matrices(_ operand: [Int], _ batch: [Int]) -> [Int] {
    var found = [0]
    for (axis, length) in batch.enumerated() {
      let own = axis - (batch.count - operand.count)
      let isRepeated = own < 0 || operand[own] == 1
      found = found.flatMap { start in
        (0..<length).map { isRepeated ? start : start * length + $0 }
      }
    }
    return found
  }

  func multiply(_ a: Tensor, _ b: Tensor, into y: Tensor) {
    for (product, (i, j)) in zip(left, right).enumerated() {
      BLAS.gemm(
        a.floats + i * m * k, transposed: false, b.floats + j * k * n, transposed: false, m: m,
        n: n, k: k, into: y.floats + product * m * n)
    }
  }

  func leftGradient(_ dy: Tensor, _ b: Tensor, shape: [Int]) -> Tensor {
    let d = isLeftRepeated ? Tensor.zeros(shape) : Tensor(uninitialized: shape)
    for (product, (i, j)) in zip(left, right).enumerated() {
      BLAS.gemm(
        dy.floats + product * m * n, transposed: false, b.floats + j * k * n, transposed: true,
        m: m, n: k, k: n, beta: isLeftRepeated ? 1 : 0, into: d.floats + i * m * k)
    }
    return d
  }

  func rightGradient(_ a: Tensor, _ dy: Tensor, shape: [Int]) -> Tensor {
    let d = isRightRepeated ? Tensor.zeros(shape) : Tensor(uninitialized: shape)
    for (product, (i, j)) in zip(left, right).enumerated() {
      BLAS.gemm(
        a.floats + i * m * k, transposed: true, dy.floats + product * m * n, transposed: false,
        m: k, n: n, k: m, beta: isRightRepeated ? 1 : 0, into: d.floats + j * k * n)
    }
    return d
  }
}
