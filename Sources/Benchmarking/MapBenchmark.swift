import DataBlocks
import Dispatch
import Imaging
package import Interpret
import Layers
package import Models
import Tensors

/// The time of the map of one class of one random image, beside that of a forward and a backward pass.
package struct MapBenchmark: Sendable {
  /// The seconds of each map: forward pass, map, scaling to the image where the options say so.
  package let allSeconds: [Double]
  /// The seconds of each forward pass in evaluation mode.
  package let forwardSeconds: [Double]
  /// The seconds of each forward pass with the backward pass from the class to the input, without gradients of
  /// parameters.
  package let forwardBackwardSeconds: [Double]
  /// The peak memory of the process, in bytes.
  package let peakResidentBytes: Int

  /// The median time of a map.
  package var seconds: Double { median(allSeconds) }
  /// The median time of a forward and a backward pass.
  package var passSeconds: Double { median(forwardBackwardSeconds) }

  /// Times maps of a network with random weights.
  ///
  /// The three computations run in turn, so that other load on the machine affects all alike. Nothing is timed before
  /// each has run `warmUp` times.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - method: The method.
  ///   - layer: The path of a stage, such as "layer4"; methods that map the input ignore it.
  ///   - options: The choices beside the method.
  ///   - size: The image's height and width.
  ///   - repetitions: The number of timed maps.
  ///   - warmUp: The number of maps before.
  /// - Throws: `MapError` if there is no such stage, or if the method does not fit the network.
  package init(
    of architecture: Architecture, _ method: any MapMethod, layer: String,
    options: MapOptions = .corrected, size: Int = 224, repetitions: Int, warmUp: Int = 2
  ) throws(MapError) {
    let model = architecture.makeModel().train(false)
    var random = RandomSource(seed: 1)
    let input = Tensor(
      (0..<(3 * size * size)).map { _ in Float(random.normal()) }, shape: [1, 3, size, size])
    let stages = TappedLayer.stages(of: model, input: input.shape)
    guard let tapped = stages.first(where: { $0.path == layer }) else {
      throw MapError(.unknownLayer(layer, known: stages.map(\.path)))
    }
    let explainer = Explainer(
      model: model, vocab: (0..<architecture.classCount).map { "class \($0)" }, method,
      layers: [tapped], options: options)
    let image = PreparedImage(
      input: input, original: PixelBuffer(width: size, height: size, channels: 1),
      geometry: .identity)
    // Any class: all take the same time.
    let target = MapTarget.logit(0)
    let context = try explainer.context(input, target: target)
    var (maps, forward, backward): ([Double], [Double], [Double]) = ([], [], [])
    for round in 0..<(warmUp + repetitions) {
      let start = DispatchTime.now().uptimeNanoseconds
      _ = try explainer(image, classes: [0])
      let mapped = DispatchTime.now().uptimeNanoseconds
      _ = context.outputs(of: input)
      let ran = DispatchTime.now().uptimeNanoseconds
      _ = context.inputGradient()
      let end = DispatchTime.now().uptimeNanoseconds
      guard round >= warmUp else { continue }
      maps.append(Double(mapped - start) * 1e-9)
      forward.append(Double(ran - mapped) * 1e-9)
      backward.append(Double(end - ran) * 1e-9)
    }
    (allSeconds, forwardSeconds, forwardBackwardSeconds) = (maps, forward, backward)
    peakResidentBytes = Compute.peakResidentMemory
  }
}
