/// A shape, such as 64x3x7x7; 1 for a scalar.
func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "x")
}
