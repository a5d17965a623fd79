import Files

/// The built-in methods by name.
public enum MapMethods {
  /// All methods, with their default settings.
  public static let all: [any MapMethod] = [
    LayerCAM(), GradCAM(), GradCAMPlusPlus(), HiResCAM(), XGradCAM(), GradCAMElementWise(), CAM(),
    AblationCAM(), ScoreCAM(), EigenCAM(), EigenGradCAM(), FullGrad(), FinerCAM(), Saliency(),
    SmoothGrad(), IntegratedGradients(), GuidedBackprop(), GuidedGradCAM(), Occlusion(), RISE(),
  ]

  /// The method of a name, such as "layer-cam".
  ///
  /// - Throws: `MapError` with the nearest names.
  public static func named(_ name: String) throws(MapError) -> any MapMethod {
    guard let method = all.first(where: { $0.name == name }) else {
      throw MapError(.unknownMethod(name, known: all.map(\.name)))
    }
    return method
  }
}
