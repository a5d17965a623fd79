public import Tensors

/// A way to compute a map of what raises a model's score.
///
/// A value type whose properties are its settings. A new method is one file in `Methods` and one line in
/// `MapMethods.all`; one outside of Lightbox is passed to `Explainer` as it is.
public protocol MapMethod: Sendable {
  /// The name on the command line, such as "layer-cam".
  var name: String { get }
  /// The name in captions, such as "Layer-CAM".
  var title: String { get }
  /// Whether the method needs a layer. Default: true.
  var usesLayer: Bool { get }
  /// Whether the map has a value per pixel of the input instead of one per cell of the layer. Default: if it uses no
  /// layer.
  var isAtInput: Bool { get }

  /// Whether all stages of a network are fused by default instead of the last one taken: for methods that weight each
  /// cell by its own gradient. Default: false.
  var usesAllStages: Bool { get }

  /// Whether the network runs on many variants of each image, off the tape. Default: false.
  ///
  /// Filters that are prepared once (Winograd) then pay off for a single image.
  var isPerturbing: Bool { get }

  /// Computes the raw maps, neither clipped nor scaled.
  ///
  /// - Returns: `[batch, rows, columns]`, of the layer or of the input.
  func map(_ context: MapContext) throws(MapError) -> Tensor
}

extension MapMethod {
  /// True.
  public var usesLayer: Bool { true }
  /// False.
  public var usesAllStages: Bool { false }
  /// False.
  public var isPerturbing: Bool { false }
  /// True if the method uses no layer.
  public var isAtInput: Bool { !usesLayer }
}

/// A method whose map is a sum over the channels of a layer.
public protocol ChannelMapMethod: MapMethod {
  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  func contributions(_ context: MapContext) throws(MapError) -> Tensor
}

extension ChannelMapMethod {
  /// The sum of the contributions over the channels.
  public func map(_ context: MapContext) throws(MapError) -> Tensor {
    try contributions(context).sum(axis: 1)
  }
}

/// A method that attributes the score to each channel of the input.
public protocol InputMapMethod: MapMethod {
  /// The attribution of each value of the input, `[batch, channels, height, width]`.
  func attributions(_ context: MapContext) throws(MapError) -> Tensor
}

extension InputMapMethod {
  /// False.
  public var usesLayer: Bool { false }

  /// The sum of the attributions over the channels.
  public func map(_ context: MapContext) throws(MapError) -> Tensor {
    try attributions(context).sum(axis: 1)
  }
}
