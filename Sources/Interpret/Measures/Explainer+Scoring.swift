import Imaging
package import Tensors

extension Explainer {
  /// What makes the maps, for tables: "Layer-CAM, mean of layer2, layer3, layer4".
  public var title: String {
    guard !layers.isEmpty else { return method.title }
    let paths = layers.map(\.path).joined(separator: ", ")
    return "\(method.title), "
      + (layers.count > 1 && options.mode == .corrected
        ? "\(options.fusion.rawValue) of \(paths)" : paths)
  }

  /// The probability of a class for changed copies of an input.
  ///
  /// - Parameters:
  ///   - classIndex: The class.
  ///   - count: The number of copies.
  ///   - input: The input, `[1, channels, height, width]`.
  ///   - batchSize: Copies per forward pass.
  ///   - change: Changes a copy in place, given its number and its values, channel by channel.
  /// - Returns: One probability per copy.
  package func probabilities(
    of classIndex: Int, count: Int, copiesOf input: Tensor, batchSize: Int = 16,
    _ change: (_ number: Int, _ values: UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Double] {
    let source = input.detached.converted(to: .float32).rowMajor
    let size = source.count
    var found: [Double] = []
    for start in stride(from: 0, to: count, by: batchSize) {
      let number = min(batchSize, count - start)
      let batch = Tensor(uninitialized: [number] + source.shape.dropFirst())
      for copy in 0..<number {
        let values = UnsafeMutableBufferPointer(start: batch.floats + copy * size, count: size)
        _ = values.update(from: UnsafeBufferPointer(start: source.floats, count: size))
        change(start + copy, values)
      }
      found += probabilities(of: classIndex, batch)
    }
    return found
  }

  /// The probability of a class, per input of `[batch, channels, height, width]`.
  package func probabilities(of classIndex: Int, _ inputs: Tensor) -> [Double] {
    let output = network.output(of: inputs).converted(to: .float32)
    let rows = network.activation(output)
    let (values, outputs) = (rows.floatScalars, rows.shape[1])
    return (0..<rows.shape[0]).map { row in
      // One output for two classes is the probability of the second.
      if outputs == 1, vocab.count == 2 {
        let second = Double(values[row])
        return classIndex == 1 ? second : 1 - second
      }
      return Double(values[row * outputs + classIndex])
    }
  }
}
