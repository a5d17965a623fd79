import CKernels

/// The shape that two operands broadcast to, or nil if they do not fit.
///
/// Dimensions are aligned at the end; a length of 1 is repeated.
package func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
  var shape = [Int](repeating: 0, count: max(a.count, b.count))
  for i in 1...max(shape.count, 1) where i <= shape.count {
    let x = i <= a.count ? a[a.count - i] : 1
    let y = i <= b.count ? b[b.count - i] : 1
    guard x == y || x == 1 || y == 1 else { return nil }
    shape[shape.count - i] = x == 1 ? y : x
  }
  return shape
}

/// Strides of a row-major operand as seen from a broadcast shape: 0 where it is repeated.
private func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
  var strides = [Int](repeating: 0, count: target.count)
  var stride = 1
  for i in 1...max(shape.count, 1) where i <= shape.count {
    let length = shape[shape.count - i]
    strides[target.count - i] = length == 1 ? 0 : stride
    stride *= length
  }
  return strides
}

extension Tensor {
  private func combined(_ op: lb_binary, _ name: StaticString, with other: Tensor) -> Tensor {
    requireFloat(name)
    other.requireFloat(name)
    if shape == other.shape {
      // Padding in blocked layouts stays zero under these three.
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

  /// The adjoint of broadcasting: sums over the dimensions that were repeated.
  package func summed(to target: [Int]) -> Tensor {
    guard shape != target else { return self }
    var result = self
    while result.rank > target.count { result = result.sum(axes: [0]) }
    let repeated = target.indices.filter { target[$0] == 1 && result.shape[$0] != 1 }
    return repeated.isEmpty ? result : result.sum(axes: repeated, keepingDimensions: true)
  }

  /// Element by element, with broadcasting: `y = a + b`, `da = db = dy`.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    if a.dtype == .bfloat16 || b.dtype == .bfloat16, a.shape == b.shape { return a.addingBFloat(b) }
    let (shapeA, shapeB) = (a.shape, b.shape)
    return a.combined(LB_ADD, "+", with: b).recorded("add", from: [a, b]) { dy in
      [dy.summed(to: shapeA), dy.summed(to: shapeB)]
    }
  }

  /// The sum of two tensors of one shape, at least one of them bfloat16: bfloat16.
  private func addingBFloat(_ other: Tensor) -> Tensor {
    let (a, own, others) = (detached.converted(to: .bfloat16), dtype, other.dtype)
    let b = other.detached.reordered(to: a.oneDNNLayout)
    let y = a.uninitializedAlike
    lb_add_bf16(a.bfloats, b.bfloats, y.bfloats, a.physicalCount)
    return y.recorded("add", from: [self, other]) { dy in
      [dy.converted(to: own), dy.converted(to: others)]
    }
  }

  /// Element by element, with broadcasting: `y = a - b`, `da = dy`, `db = -dy`.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (shapeA, shapeB) = (a.shape, b.shape)
    return a.combined(LB_SUBTRACT, "-", with: b).recorded("subtract", from: [a, b]) { dy in
      [dy.summed(to: shapeA), (-dy).summed(to: shapeB)]
    }
  }

  /// Element by element, with broadcasting: `y = a b`, `da = dy b`, `db = dy a`.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (x, z, needs) = (a.detached, b.detached, (a.needsGradient, b.needsGradient))
    return a.combined(LB_MULTIPLY, "*", with: b).recorded("multiply", from: [a, b]) { dy in
      [
        needs.0 ? (dy * z).summed(to: x.shape) : nil,
        needs.1 ? (dy * x).summed(to: z.shape) : nil,
      ]
    }
  }

  /// Element by element, with broadcasting: `y = a / b`, `da = dy / b`, `db = -dy a / b²`.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (x, z, needs) = (a.detached, b.detached, (a.needsGradient, b.needsGradient))
    return a.combined(LB_DIVIDE, "/", with: b).recorded("divide", from: [a, b]) { dy in
      [
        needs.0 ? (dy / z).summed(to: x.shape) : nil,
        needs.1 ? (-(dy * x) / (z * z)).summed(to: z.shape) : nil,
      ]
    }
  }

  /// Every scalar with its sign changed.
  public static prefix func - (x: Tensor) -> Tensor { x * -1 }

  /// A number added to every scalar.
  public static func + (a: Tensor, b: Float) -> Tensor { a + Tensor(b) }
  /// A number added to every scalar.
  public static func + (a: Float, b: Tensor) -> Tensor { Tensor(a) + b }
  /// A number subtracted from every scalar.
  public static func - (a: Tensor, b: Float) -> Tensor { a - Tensor(b) }
  /// Every scalar subtracted from a number.
  public static func - (a: Float, b: Tensor) -> Tensor { Tensor(a) - b }
  /// Every scalar divided by a number.
  public static func / (a: Tensor, b: Float) -> Tensor { a / Tensor(b) }
  /// A number divided by every scalar.
  public static func / (a: Float, b: Tensor) -> Tensor { Tensor(a) / b }
  /// Every scalar times a number.
  public static func * (a: Float, b: Tensor) -> Tensor { b * a }

  /// Every scalar times a number; keeps the physical layout.
  public static func * (a: Tensor, b: Float) -> Tensor {
    a.requireFloat("*")
    let result = Tensor(uninitialized: a.shape, layout: a.layout, physicalCount: a.physicalCount)
    lb_scale(a.floats, b, result.floats, a.physicalCount)
    return result.recorded("scale", from: [a]) { dy in [dy * b] }
  }

  /// float32 memory in the same physical layout as another tensor.
  init(uninitialized shape: [Int], layout: Layout?, physicalCount: Int) {
    self.init(
      shape: shape, dtype: .float32,
      storage: Storage(byteCount: physicalCount * 4, "a float32 tensor of shape \(shape)"),
      layout: layout)
  }
}
