import CKernels

extension Tensor {
  private func combined(_ op: lb_binary, _ name: StaticString, with other: Tensor) -> Tensor {
    requireFloat(name)
    other.requireFloat(name)
    if shape == other.shape {
      // Zero padding of blocked layouts stays zero under addition, subtraction and multiplication.
      if layout != nil || other.layout != nil, op != LB_DIVIDE {
        let aligned = layout != nil ? other.reordered(to: oneDNNLayout) : other
        let mine = layout != nil ? self : reordered(to: other.oneDNNLayout)
        let result = Tensor(uninitialized: shape, layout: mine.oneDNNLayout)
        lb_binary_same(op, mine.floats, aligned.floats, result.floats, mine.physicalCount)
        return result
      }
      let (a, b) = (rowMajor, other.rowMajor)
      let result = Tensor(uninitialized: shape)
      lb_binary_same(op, a.floats, b.floats, result.floats, count)
      return result
    }
    guard let target = broadcastShape(shape, other.shape) else {
      preconditionFailure("\(name) of \(shape) and \(other.shape): the shapes do not broadcast")
    }
    let (a, b) = (rowMajor, other.rowMajor)
    let result = Tensor(uninitialized: target)
    guard result.count > 0 else { return result }
    if b.count == 1 {
      lb_binary_scalar(op, a.floats, b.floats[0], false, result.floats, result.count)
    } else if a.count == 1 {
      lb_binary_scalar(op, b.floats, a.floats[0], true, result.floats, result.count)
    } else {
      precondition(target.count <= 8, "\(name) of more than 8 dimensions: \(target)")
      lb_binary_broadcast(
        op, Int32(target.count), target, a.floats, broadcastStrides(shape, to: target), b.floats,
        broadcastStrides(other.shape, to: target), result.floats)
    }
    return result
  }

  /// The adjoint of broadcasting: sums over the repeated dimensions.
  package func summed(to target: [Int]) -> Tensor {
    guard shape != target else { return self }
    var result = self
    while result.rank > target.count { result = result.sum(axes: [0]) }
    let repeated = target.indices.filter { target[$0] == 1 && result.shape[$0] != 1 }
    return repeated.isEmpty ? result : result.sum(axes: repeated, keepingDimensions: true)
  }

  /// Elementwise sum with broadcasting: `y = a + b`, `da = db = dy`.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    if a.dtype == .bfloat16 || b.dtype == .bfloat16, a.shape == b.shape { return a.addingBFloat(b) }
    let (shapeA, shapeB) = (a.shape, b.shape)
    return a.combined(LB_ADD, "+", with: b).recorded("add", from: [a, b]) { dy in
      [dy.summed(to: shapeA), dy.summed(to: shapeB)]
    }
  }

  /// The sum of two tensors of one shape, at least one of them bfloat16, in bfloat16.
  private func addingBFloat(_ other: Tensor) -> Tensor {
    let (a, own, others) = (detached.converted(to: .bfloat16), dtype, other.dtype)
    let b = other.detached.reordered(to: a.oneDNNLayout)
    let y = a.uninitializedAlike
    lb_add_bf16(a.bfloats, b.bfloats, y.bfloats, a.physicalCount)
    return y.recorded("add", from: [self, other]) { dy in
      [dy.converted(to: own), dy.converted(to: others)]
    }
  }

  /// Elementwise difference with broadcasting: `y = a - b`, `da = dy`, `db = -dy`.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (shapeA, shapeB) = (a.shape, b.shape)
    return a.combined(LB_SUBTRACT, "-", with: b).recorded("subtract", from: [a, b]) { dy in
      [dy.summed(to: shapeA), (-dy).summed(to: shapeB)]
    }
  }

  /// Elementwise product with broadcasting: `y = a b`, `da = dy b`, `db = dy a`.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (x, z, needs) = (a.detached, b.detached, (a.needsGradient, b.needsGradient))
    return a.combined(LB_MULTIPLY, "*", with: b).recorded("multiply", from: [a, b]) { dy in
      [
        needs.0 ? (dy * z).summed(to: x.shape) : nil,
        needs.1 ? (dy * x).summed(to: z.shape) : nil,
      ]
    }
  }

  /// Elementwise quotient with broadcasting: `y = a / b`, `da = dy / b`, `db = -dy a / b²`.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (x, z, needs) = (a.detached, b.detached, (a.needsGradient, b.needsGradient))
    return a.combined(LB_DIVIDE, "/", with: b).recorded("divide", from: [a, b]) { dy in
      [
        needs.0 ? (dy / z).summed(to: x.shape) : nil,
        needs.1 ? (-(dy * x) / (z * z)).summed(to: z.shape) : nil,
      ]
    }
  }

  /// Elementwise negation (`neg`).
  public static prefix func - (x: Tensor) -> Tensor { x * -1 }

  /// Adds a number to each element.
  public static func + (a: Tensor, b: Float) -> Tensor { a + Tensor(b) }
  /// Adds a number to each element.
  public static func + (a: Float, b: Tensor) -> Tensor { Tensor(a) + b }
  /// Subtracts a number from each element.
  public static func - (a: Tensor, b: Float) -> Tensor { a - Tensor(b) }
  /// Subtracts each element from a number.
  public static func - (a: Float, b: Tensor) -> Tensor { Tensor(a) - b }
  /// Divides each element by a number.
  public static func / (a: Tensor, b: Float) -> Tensor { a / Tensor(b) }
  /// Divides a number by each element.
  public static func / (a: Float, b: Tensor) -> Tensor { Tensor(a) / b }
  /// Multiplies each element by a number.
  public static func * (a: Float, b: Tensor) -> Tensor { b * a }

  /// Multiplies each element by a number; keeps the physical layout.
  public static func * (a: Tensor, b: Float) -> Tensor {
    a.requireFloat("*")
    let result = Tensor(uninitialized: a.shape, layout: a.layout, physicalCount: a.physicalCount)
    lb_scale(a.floats, b, result.floats, a.physicalCount)
    return result.recorded("scale", from: [a]) { dy in [dy * b] }
  }
}
