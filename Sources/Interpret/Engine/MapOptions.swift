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

  /// Creates options.
  public init(
    mode: MapMode = .corrected, target: TargetRule = .automatic,
    placement: MapPlacement = .receptiveField, fusion: MapFusion = .product
  ) {
    self.mode = mode
    self.target = target
    self.placement = placement
    self.fusion = fusion
  }

  /// The default: maps are raw and signed, and cells lie where their receptive fields do.
  public static let corrected = MapOptions()

  /// pytorch-grad-cam's: the logit, ReLU, scaling to 0...1 and an even division of the image.
  public static let reference = MapOptions(mode: .reference, target: .logit, placement: .grid)

  /// fmi's: raw maps of the logit, without ReLU and scaling, evenly divided.
  public static let fmi = MapOptions(target: .logit, placement: .grid)
}
