public import Tensors

/// Randomized input sampling (Petsiuk et al., arXiv:1806.07421).
///
///     map = Σ_m probability(x · mask_m) · mask_m / (count · p)
///
/// Needs no gradients; thousands of masks for a clean map.
public struct RISE: MapMethod {
  /// The name on the command line.
  public var name: String { "rise" }
  /// The name in captions.
  public var title: String { "RISE" }
  /// True.
  public var isPerturbing: Bool { true }
  /// Whether the method needs a layer.
  public var usesLayer: Bool { false }
  private let count: Int
  private let cells: Int
  private let probability: Float
  private let seed: UInt64
  private let batchSize: Int
  private let masks: Tensor?

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - count: The number of masks (`N`).
  ///   - cells: The cells of a mask along each axis (`s`).
  ///   - probability: The share of cells that are visible (`p`).
  ///   - seed: The seed of the masks.
  ///   - batchSize: Masked images per forward pass.
  public init(
    count: Int = 2000, cells: Int = 8, probability: Float = 0.5, seed: UInt64 = 0,
    batchSize: Int = 16
  ) {
    precondition(
      count > 0 && cells > 0 && probability > 0 && probability <= 1,
      "RISE needs masks, cells and a share of 0 to 1, not \(count), \(cells) and \(probability)")
    self.count = count
    self.cells = cells
    self.probability = probability
    self.seed = seed
    self.batchSize = batchSize
    masks = nil
  }

  /// Creates the method with given masks, `[count, height, width]`.
  package init(masks: Tensor, probability: Float, batchSize: Int = 16) {
    count = masks.shape[0]
    cells = 1
    self.probability = probability
    seed = 0
    self.batchSize = batchSize
    self.masks = masks
  }

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) -> Tensor {
    let input = context.input
    let (height, width) = (input.shape[2], input.shape[3])
    var random = RandomSource(seed: seed)
    var sums = [Tensor](repeating: Tensor.zeros([height, width]), count: input.shape[0])
    for start in stride(from: 0, to: count, by: batchSize) {
      let number = min(batchSize, count - start)
      let part =
        masks?[start..<(start + number)]
        ?? Tensor.stacked((0..<number).map { _ in mask(height, width, &random) })
      let shaped = part.reshaped(to: [number, 1, height, width])
      for image in 0..<input.shape[0] {
        let weights = context.probabilities(of: input[image..<(image + 1)] * shaped)
        let sum = weights.reshaped(to: [1, number]).matmul(
          part.reshaped(to: [number, height * width]))
        sums[image] = sums[image] + sum.reshaped(to: [height, width])
      }
    }
    return Tensor.stacked(sums) / (Float(count) * probability)
  }

  /// A coarse random mask, upsampled bilinearly and shifted by less than a cell.
  private func mask(_ height: Int, _ width: Int, _ random: inout RandomSource) -> Tensor {
    let visible = (0..<(cells * cells)).map { _ in
      Float(random.uniform()) < probability ? Float(1) : 0
    }
    let (cellHeight, cellWidth) = (
      (height + cells - 1) / cells, (width + cells - 1) / cells
    )
    let large = Tensor(visible, shape: [1, 1, cells, cells])
      .resized(to: Extent((cells + 1) * cellHeight, (cells + 1) * cellWidth))
    let (top, left) = (
      Int(random.uniform() * Double(cellHeight)), Int(random.uniform() * Double(cellWidth))
    )
    return large[0, 0, top..<(top + height), left..<(left + width)]
  }
}
