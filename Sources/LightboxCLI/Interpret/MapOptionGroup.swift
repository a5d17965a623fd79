public import ArgumentParser
public import Lightbox

/// Which maps are computed.
struct MapOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The method: \(MapMethods.all.map(\.name).joined(separator: ", ")). Default: the one chosen for the run "
        + "by --choose, else layer-cam; cam for PYLON.",
      valueName: "name"))
  var method: String?

  @Option(
    help: ArgumentHelp(
      "A layer, such as layer4 or layer3.1; several are fused: layer2,layer3,layer4. Default: all stages for "
        + "layer-cam and hirescam, else the last one.",
      valueName: "paths"))
  var layer: String?

  @Option(
    help: ArgumentHelp(
      "Where the cells of a map lie: receptive-field, or grid, which divides the image evenly as other tools do.",
      valueName: "name"))
  var placement: MapPlacement?

  @Option(
    help: ArgumentHelp(
      "What a map explains: logit, margin (over the most probable other class), or automatic: margin for two "
        + "classes, else logit.",
      valueName: "name"))
  var target: TargetRule?

  @Option(help: "How several layers become one map: product or mean of the positive parts.")
  var fusion: MapFusion?

  @Option(
    help: "corrected, or reference: the numbers of pytorch-grad-cam (logit, grid, scaled to 0...1)."
  )
  var mode: MapMode?

  @Option(
    help: ArgumentHelp(
      "Input pixels per cell of the last layer, for ResNets: 32, 16 or 8. Default: as trained.",
      valueName: "pixels"))
  var outputStride: Int?

  func validate() throws {
    if mode == .reference, placement != nil || fusion != nil {
      throw ValidationError(
        "--mode reference divides the image evenly and takes the mean of layers; leave out "
          + (placement != nil ? "--placement" : "--fusion"))
    }
    let paths = layer?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    if paths.contains(where: \.isEmpty) || Set(paths).count < paths.count {
      throw ValidationError("--layer \(layer ?? ""): give each layer once, such as layer3,layer4")
    }
    if let method, layer != nil, let found = try? MapMethods.named(method), !found.usesLayer {
      throw ValidationError("--layer \(layer ?? ""): \(method) maps the input and has no layer")
    }
  }

  /// Method, layers and options, for `settings`.
  func apply(to settings: inout InterpretSettings) {
    settings.method = method
    settings.layers = layer?.split(separator: ",").map(String.init) ?? []
    guard placement != nil || target != nil || fusion != nil || mode != nil else { return }
    var options: MapOptions = mode == .reference ? .reference : .corrected
    if let placement { options.placement = placement }
    if let target { options.target = target }
    if let fusion { options.fusion = fusion }
    settings.options = options
  }
}

extension MapPlacement: ExpressibleByArgument {}
extension TargetRule: ExpressibleByArgument {}
extension MapFusion: ExpressibleByArgument {}
extension MapMode: ExpressibleByArgument {}
