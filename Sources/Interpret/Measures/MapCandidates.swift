package import DataBlocks
package import Imaging
import Tensors
package import Training

/// A method with its layers, as a candidate for the maps of a run.
package struct MapCandidate: Sendable, Equatable {
  /// The name of the method, such as "layer-cam".
  package let method: String
  /// The paths of the layers.
  package let layers: [String]
  /// How the maps of several layers become one.
  package let fusion: MapFusion

  /// Creates a candidate.
  package init(method: String, layers: [String], fusion: MapFusion) {
    self.method = method
    self.layers = layers
    self.fusion = fusion
  }
}

/// The candidates that a choice on validation masks compares, computed together.
///
/// Methods are Layer-CAM, HiResCAM and Grad-CAM; layers are each resolution of the network alone, and the last two,
/// three and so on to all of them fused by mean and by product. Maps are those of the corrected mode.
package struct MapCandidates {
  /// The candidates.
  package let all: [MapCandidate]
  private let explainers: [Explainer]
  private let sets: [(layers: Range<Int>, fusion: MapFusion)]

  /// Creates the candidates of a model.
  ///
  /// - Parameters:
  ///   - predictor: The model.
  ///   - layers: The layers, in the order of the network. Default: the last ones of each resolution.
  package init(_ predictor: Predictor, layers: [TappedLayer]? = nil) {
    let size = predictor.pipeline.inputSize
    let layers =
      layers
      ?? TappedLayer.stages(
        of: predictor.model,
        input: [1, predictor.pipeline.inputChannels, size.height, size.width])
    let usual = Explainer(predictor, layers: layers).method
    let methods: [any MapMethod] =
      usual is CAM ? [usual, HiResCAM(), GradCAM()] : [LayerCAM(), HiResCAM(), GradCAM()]
    explainers = methods.map { Explainer(predictor, $0, layers: layers) }
    let single = layers.indices.reversed().map { ($0..<($0 + 1), MapFusion.mean) }
    let several = layers.indices.dropLast().reversed().flatMap { first in
      MapFusion.allCases.map { (first..<layers.count, $0) }
    }
    let sets = single + several
    self.sets = sets.map { (layers: $0.0, fusion: $0.1) }
    all = methods.flatMap { method in
      sets.map { set in
        MapCandidate(
          method: method.name, layers: layers[set.0].map(\.path), fusion: set.1)
      }
    }
  }

  /// The maps of an image on the pixels of its input, in the order of `all`.
  ///
  /// - Throws: `MapError`.
  package func maps(
    of image: PreparedImage, classIndex: Int
  ) throws(MapError) -> [ScalarImage] {
    var found: [ScalarImage] = []
    let size = ImageSize(height: image.input.shape[2], width: image.input.shape[3])
    for explainer in explainers {
      let layers = try explainer(image, classes: [classIndex]).maps[0].layers
      for set in sets {
        let own = Array(layers[set.layers])
        let (map, grid) =
          own.count == 1
          ? (own[0].map, own[0].grid)
          : set.fusion.fused(own, smoothing: MapOptions.corrected.smoothing)
        found.append(
          ClassMap(
            classIndex: classIndex, className: "", probability: 0, map: map, grid: grid
          ).onInput(size.height, size.width))
      }
    }
    return found
  }
}
