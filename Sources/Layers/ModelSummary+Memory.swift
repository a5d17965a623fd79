extension ModelSummary {
  /// A lower bound of the memory of a step in bytes, from the outputs of convolutions.
  ///
  /// Training keeps all of them for the backward pass; inference, and training with recomputation, needs the largest
  /// and its input at a time.
  ///
  /// - Parameters:
  ///   - model: A network of images, which takes 64 x 64 pixels.
  ///   - channels: Channels of the images.
  ///   - pixels: Pixels of an image.
  ///   - batchSize: Images per step.
  ///   - trains: Whether all outputs are kept.
  /// - Returns: Bytes, at most 10¹⁸.
  package static func leastBytes(
    of model: Module, channels: Int = 3, pixels: Int, batchSize: Int, trains: Bool
  ) -> Int {
    // Shapes grow with the image; a small one gives them without the memory of a large one.
    let small = 64
    let summary = ModelSummary(of: model, input: [1, channels, small, small])
    let outputs = summary.layers.filter { $0.multiplyAdds > 0 }
      .map { Double(($0.output ?? []).reduce(1, *)) }
    let kept = trains ? outputs.reduce(0, +) : outputs.max() ?? 0
    let scale = Double(pixels) / Double(small * small)
    let input = Double(channels) * Double(pixels)
    return Int(min((kept * scale + input) * Double(batchSize) * 4, 1e18))
  }
}
