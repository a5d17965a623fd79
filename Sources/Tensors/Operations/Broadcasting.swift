/// The shape that two shapes broadcast to (`torch.broadcast_shapes`); nil if they are incompatible.
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

/// Strides of a row-major operand in a broadcast shape; 0 where it is repeated.
func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
  var strides = [Int](repeating: 0, count: target.count)
  var stride = 1
  for i in 1...max(shape.count, 1) where i <= shape.count {
    let length = shape[shape.count - i]
    strides[target.count - i] = length == 1 ? 0 : stride
    stride *= length
  }
  return strides
}
