public import Tensors

/// Finer-CAM (Zhang et al., arXiv:2501.11309): what distinguishes a class from the most similar ones.
///
///     target = Σ_j p_j (score_c − α · score_j) / (Σ_j p_j + 1e-9)
///
/// over the three classes `j` whose outputs are closest to that of `c`, by another method.
public struct FinerCAM: MapMethod {
  private let base: any MapMethod
  private let alpha: Float
  private let classCount: Int

  /// The name on the command line.
  public var name: String { "finer-cam" }
  /// The name in captions.
  public var title: String { "Finer-CAM (\(base.title))" }
  /// Whether the method needs a layer.
  public var usesLayer: Bool { base.usesLayer }

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - base: The method that maps the target.
  ///   - alpha: The weight of the other classes.
  ///   - classCount: The number of other classes.
  public init(_ base: any MapMethod = GradCAM(), alpha: Float = 1, classCount: Int = 3) {
    self.base = base
    self.alpha = alpha
    self.classCount = classCount
  }

  /// - Throws: `MapError` if the model has one output, or the target is not about one.
  public func map(_ context: MapContext) throws(MapError) -> Tensor {
    let outputs = context.output.shape[1]
    guard outputs > 1, let index = context.target.index else {
      throw MapError(.needsClass(method: title))
    }
    var maps: [Tensor] = []
    // The similar classes differ from image to image.
    let values = context.output.floatScalars
    for image in 0..<context.output.shape[0] {
      let own = Array(values[(image * outputs)..<((image + 1) * outputs)])
      let order = own.indices.sorted { abs(own[$0] - own[index]) < abs(own[$1] - own[index]) }
      let others = Array(order.dropFirst().prefix(classCount))
      let alpha = alpha
      let finer = MapTarget("\(context.target.name) against similar classes", index: index) {
        output in
        let probabilities = output.softmax(axis: 1)
        let score = output[0..., index]
        var (sum, weight) = (Tensor.zeros([output.shape[0]]), Tensor.zeros([output.shape[0]]))
        for other in others {
          let p = probabilities[0..., other]
          sum = sum + p * (score - output[0..., other] * alpha)
          weight = weight + p
        }
        return sum / (weight + 1e-9)
      }
      maps.append(try base.map(context.retargeted(finer))[image..<(image + 1)])
    }
    return Tensor.concatenated(maps, axis: 0)
  }
}
