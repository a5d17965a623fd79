/// The choices beside the method of a map.
public struct MapOptions: Sendable, Hashable, Codable {
  /// The formulas and the scaling.
  public var mode: MapMode
  /// What is explained of a class.
  public var target: TargetRule
  /// How cells are placed in the image.
  public var placement: MapPlacement
  /// How several layers become one map.
  public var fusion: MapFusion
  /// The standard deviation of a Gaussian over the map of several layers, in cells of the finest; 0: none.
  ///
  /// Methods that weight each cell by its own gradient are noisy at early layers.
  public var smoothing: Double

  /// Creates options.
  public init(
    mode: MapMode = .corrected, target: TargetRule = .automatic,
    placement: MapPlacement = .receptiveField, fusion: MapFusion = .product,
    smoothing: Double = 1
  ) {
    precondition(smoothing >= 0, "a smoothing of \(smoothing) cells: use 0 or more")

    self.mode = mode
    self.target = target
    self.placement = placement
    self.fusion = fusion
    self.smoothing = smoothing
  }

  /// The default: maps are raw and signed, and cells lie where their receptive fields do.
  public static let corrected = MapOptions()

  /// pytorch-grad-cam's: the logit, ReLU, scaling to 0...1 and an even division of the image.
  public static let reference = MapOptions(mode: .reference, target: .logit, placement: .grid)

  /// fmi's: raw maps of the logit, without ReLU and scaling, evenly divided.
  public static let fmi = MapOptions(target: .logit, placement: .grid)
}
