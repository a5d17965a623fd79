import CKernels

extension Tensor {
  /// A function of each element.
  ///
  /// `keepsLayout` if f(0) = 0, so that padding stays zero.
  private func mapped(_ op: lb_unary, _ name: StaticString, keepsLayout: Bool = false) -> Tensor {
    requireFloat(name)
    let x = keepsLayout ? detached : rowMajor.detached
    let y = Tensor(uninitialized: shape, layout: x.layout, physicalCount: x.physicalCount)
    lb_unary_forward(op, x.floats, y.floats, x.physicalCount)
    return y.recorded("\(name)", from: [self]) { dy in
      let dy = x.layout == nil ? dy.rowMajor : dy.reordered(to: x.oneDNNLayout)
      let dx = Tensor(uninitialized: x.shape, layout: x.layout, physicalCount: x.physicalCount)
      lb_unary_backward(op, x.floats, y.floats, dy.floats, dx.floats, x.physicalCount)
      return [dx]
    }
  }

  /// ReLU: `y = max(x, 0)`, `dx = dy` where `y > 0`, else 0 (`F.relu`).
  ///
  /// Saves the output; keeps the physical layout.
  public func relu() -> Tensor {
    requireFloatOrBFloat("relu")
    let y = uninitializedAlike
    Profiler.measure("relu") {
      if dtype == .bfloat16 {
        lb_relu_bf16(bfloats, y.bfloats, physicalCount)
      } else {
        lb_relu(floats, y.floats, physicalCount)
      }
    }
    return y.recorded("relu", from: [self]) { dy in
      Profiler.measure("relu") { [y.maskedByPositive(dy)] }
    }
  }

  /// A sum followed by ReLU, in one pass: `y = max(a + b, 0)`.
  package static func addReLU(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "addReLU of \(a.shape) and \(b.shape): the shapes differ")
    a.requireFloatOrBFloat("addReLU")
    b.requireFloatOrBFloat("addReLU")
    let (aligned, other) = (b.reordered(to: a.oneDNNLayout), b.dtype)
    let y = a.uninitializedAlike
    Profiler.measure("addReLU") {
      if a.dtype == .bfloat16 {
        lb_add_relu_bf16(a.bfloats, aligned.bfloats, y.bfloats, a.physicalCount)
      } else {
        lb_add_relu(a.floats, aligned.floats, y.floats, a.physicalCount)
      }
    }
    return y.recorded("addReLU", from: [a, b]) { dy in
      let dx = Profiler.measure("addReLU") { y.maskedByPositive(dy) }
      return [dx, dx.converted(to: other)]
    }
  }

  /// `dy` where this tensor is positive, else 0.
  private func maskedByPositive(_ dy: Tensor) -> Tensor {
    let dy = dy.reordered(to: oneDNNLayout)
    let dx = uninitializedAlike
    if dtype == .bfloat16 {
      lb_relu_mask_bf16(bfloats, dy.bfloats, dx.bfloats, physicalCount)
    } else {
      lb_relu_mask(floats, dy.floats, dx.floats, physicalCount)
    }
    return dx
  }

  /// The exponential of each element (`exp`); relative error about 1e-7.
  public func exp() -> Tensor { mapped(LB_EXP, "exp") }
  /// The natural logarithm of each element (`log`).
  public func log() -> Tensor { mapped(LB_LOG, "log") }
  /// The square root of each element (`sqrt`).
  public func squareRoot() -> Tensor { mapped(LB_SQRT, "squareRoot", keepsLayout: false) }
  /// The sigmoid `1 / (1 + e^-x)` of each element (`sigmoid`).
  public func sigmoid() -> Tensor { mapped(LB_SIGMOID, "sigmoid") }
  /// The hyperbolic tangent of each element (`tanh`).
  public func tanh() -> Tensor { mapped(LB_TANH, "tanh") }
  /// The square of each element (`square`).
  public func squared() -> Tensor { mapped(LB_SQUARE, "squared", keepsLayout: true) }
  /// The absolute value of each element (`abs`); the gradient at 0 is 0.
  public func absolute() -> Tensor { mapped(LB_ABS, "absolute", keepsLayout: true) }

  /// Row-major index of the first NaN or infinity; nil if all elements are finite.
  package var firstNotFinite: Int? {
    let plain = rowMajor
    let found = lb_first_not_finite(plain.floats, count)
    return found == 0 ? nil : Int(found) - 1
  }
}
