public import DataBlocks
public import Layers
public import Tensors
public import Training

/// Computes maps of what raises a model's scores.
///
///     let explainer = Explainer(predictor)                       // Layer-CAM, the product over the stages
///     let gradCAM = Explainer(predictor, GradCAM(), layers: [TappedLayer("layer4", layer4)])
///     let explanation = try explainer(predictor.prepare("film.dcm"))
///
/// One forward pass gives the maps of all classes and layers; the backward pass of a class ends at the earliest
/// layer and needs no trainable parameter. The model's mode, gradients and hooks are restored.
public struct Explainer {
  /// The method.
  public let method: any MapMethod
  /// The layers, in the order of the network; empty for methods that map the input.
  public let layers: [TappedLayer]
  /// The choices beside the method.
  public let options: MapOptions
  /// The classes, in the order of the outputs.
  public let vocab: [String]
  let network: ExplainedNetwork
  private let grids = CellGrids()

  /// Creates an explainer for a predictor's model.
  ///
  /// - Parameters:
  ///   - predictor: The model with its pipeline and vocabulary.
  ///   - method: The method. Default: Layer-CAM; CAM for PYLON.
  ///   - layers: The layers. Default: all stages of the network for methods that give fine maps at early layers
  ///     (`MapMethod.usesAllStages`), the last stage for others.
  ///   - options: The choices beside the method.
  public init(
    _ predictor: Predictor, _ method: (any MapMethod)? = nil, layers: [TappedLayer]? = nil,
    options: MapOptions = .corrected
  ) {
    let size = predictor.pipeline.inputSize
    let stages = TappedLayer.stages(
      of: predictor.model, input: [1, predictor.pipeline.inputChannels, size.height, size.width])
    let network = ExplainedNetwork(predictor.model)
    let isDense =
      stages.count == 1 && LayerTail(of: stages[0].module, in: network)?.isDenseClassifier == true
    let method = method ?? (isDense ? CAM() : LayerCAM())
    self.init(
      model: predictor.model, vocab: predictor.vocab, method,
      layers: layers ?? (method.usesAllStages ? stages : stages.suffix(1)),
      options: options, activation: { predictor.activation($0) })
  }

  /// Creates an explainer for a model.
  ///
  /// - Parameters:
  ///   - model: From images to logits.
  ///   - vocab: The classes, in the order of the outputs.
  ///   - method: The method.
  ///   - layers: The layers, parts of the model.
  ///   - options: The choices beside the method.
  ///   - logits: From images to logits, if the model itself ends in an activation. Default: the model.
  ///   - activation: From logits to probabilities. Default: softmax, or sigmoid for one output.
  public init(
    model: Module, vocab: [String], _ method: any MapMethod, layers: [TappedLayer],
    options: MapOptions = .corrected, logits: ((Tensor) -> Tensor)? = nil,
    activation: ((Tensor) -> Tensor)? = nil
  ) {
    precondition(
      !method.usesLayer || !layers.isEmpty, "\(method.title) needs a layer")
    self.method = method
    self.layers = method.usesLayer ? layers : []
    self.options = options
    self.vocab = vocab
    network = ExplainedNetwork(
      model: model, logits: logits ?? { model($0) }, hasOwnLogits: logits != nil,
      activation: activation ?? { $0.shape[1] == 1 ? $0.sigmoid() : $0.softmax(axis: -1) })
  }

  /// Computes the maps of an image, the most probable class first.
  ///
  /// - Parameters:
  ///   - image: An image as the model's input.
  ///   - classes: Indices of the classes wanted. Default: all.
  /// - Returns: The maps and the geometry that places them in the original.
  /// - Throws: `MapError` if a layer did not run or has no rows and columns, or if the method does not fit the
  ///   model.
  public func callAsFunction(
    _ image: PreparedImage, classes: [Int]? = nil
  ) throws(MapError) -> Explanation {
    try self([image], classes: classes)[0]
  }

  /// Computes the maps of images of one size in one batch.
  ///
  /// - Parameters:
  ///   - images: Images as the model's input.
  ///   - classes: Indices of the classes wanted. Default: all.
  /// - Returns: One explanation per image, in order.
  /// - Throws: `MapError`, as for one image.
  public func callAsFunction(
    _ images: [PreparedImage], classes: [Int]? = nil
  ) throws(MapError) -> [Explanation] {
    try self(images) { _ in classes ?? Array(vocab.indices) }
  }

  /// Computes the maps of images of one size in one batch.
  ///
  /// - Parameters:
  ///   - images: Images as the model's input.
  ///   - wanted: The indices of the classes that are wanted of an image, given its probabilities.
  /// - Returns: One explanation per image, in order.
  /// - Throws: `MapError`, as for one image.
  package func callAsFunction(
    _ images: [PreparedImage], wanted: ([Double]) -> [Int]
  ) throws(MapError) -> [Explanation] {
    // Hooks are registered on the model, which no other thread may run meanwhile.
    try network.model.exclusively { () throws(MapError) in
      try explanations(images, wanted: wanted)
    }
  }

  private func explanations(
    _ images: [PreparedImage], wanted: ([Double]) -> [Int]
  ) throws(MapError) -> [Explanation] {
    guard let first = images.first else { return [] }
    for image in images {
      precondition(
        image.input.rank == 4 && image.input.shape == [1] + first.input.shape.dropFirst(),
        "images of one size are needed, not \(first.input.shape) and \(image.input.shape)")
    }
    let input =
      images.count == 1
      ? first.input : Tensor.concatenated(images.map(\.input.detached), axis: 0)
    let pass = try NetworkPass(network, input, layers: layers.map(\.module))
    let probabilities = self.probabilities(pass.output)
    let scores = rows(of: pass.output)
    let wanted = probabilities.map(wanted)
    var maps = [[Int: ClassMap]](repeating: [:], count: images.count)
    for index in Set(wanted.joined()).sorted() {
      let images = wanted.indices.filter { wanted[$0].contains(index) }
      for (target, positions) in targets(of: index, scores, images) {
        let layerMaps = try self.maps(pass, target)
        for position in positions {
          maps[position][index] = classMap(
            layerMaps.map { LayerMap(layer: $0.path, map: $0.maps[position], grid: $0.grid) },
            index, probabilities[position][index], target,
            ImageSize(height: input.shape[2], width: input.shape[3]))
        }
      }
    }
    return images.indices.map { position in
      let order = wanted[position].sorted {
        (-probabilities[position][$0], $0) < (-probabilities[position][$1], $1)
      }
      return Explanation(
        of: images[position], maps: order.compactMap { maps[position][$0] },
        probabilities: probabilities[position])
    }
  }

  /// What a method computes from, for an input, `[batch, channels, height, width]`, and a target.
  package func context(
    _ input: Tensor, target: MapTarget, layer: TappedLayer? = nil
  ) throws(MapError) -> MapContext {
    let pass = try NetworkPass(network, input, layers: layer.map { [$0.module] } ?? [])
    return MapContext(
      target: target, mode: options.mode, pass: pass, layer: layer?.module,
      grid: layer.map { grid(of: $0.module, pass) })
  }

  /// Targets with the images that share them: a margin is over another class from image to image.
  private func targets(
    of index: Int, _ scores: [[Float]], _ images: [Int]
  ) -> [(MapTarget, [Int])] {
    var found: [(MapTarget, [Int])] = []
    for position in images {
      let target = options.target.target(of: index, vocab: vocab, scores: scores[position])
      if let known = found.firstIndex(where: { $0.0.name == target.name }) {
        found[known].1.append(position)
      } else {
        found.append((target, [position]))
      }
    }
    return found
  }

  /// The maps of a target at each layer, one per image.
  private func maps(
    _ pass: NetworkPass, _ target: MapTarget
  ) throws(MapError) -> [(path: String, maps: [Tensor], grid: MapGrid)] {
    let size = ImageSize(height: pass.input.shape[2], width: pass.input.shape[3])
    let pixels = MapGrid.even(size, rows: size.height, columns: size.width)
    var found: [(path: String, maps: [Tensor], grid: MapGrid)] = []
    for layer in layers.isEmpty ? [nil] : layers.map(Optional.some) {
      let grid = layer.map { self.grid(of: $0.module, pass) }
      let context = MapContext(
        target: target, mode: options.mode, pass: pass, layer: layer?.module, grid: grid)
      let map = try method.map(context)
      precondition(
        map.rank == 3 && map.shape[0] == pass.input.shape[0],
        "\(method.title) returned \(map.shape) for \(pass.input.shape[0]) images")
      found.append(
        (
          layer?.path ?? "input", (0..<map.shape[0]).map { map[$0].detached },
          method.isAtInput ? pixels : grid ?? pixels
        ))
    }
    return found
  }

  private func grid(of layer: Module, _ pass: NetworkPass) -> MapGrid {
    let shape = pass.activation(of: layer).shape
    let size = ImageSize(height: pass.input.shape[2], width: pass.input.shape[3])
    guard options.placement == .receptiveField else {
      return .even(size, rows: shape[2], columns: shape[3])
    }
    return grids.grid(of: layer, in: network, input: pass.input.shape)
      ?? .even(size, rows: shape[2], columns: shape[3])
  }

  private func classMap(
    _ layers: [LayerMap], _ index: Int, _ probability: Double, _ target: MapTarget,
    _ size: ImageSize
  ) -> ClassMap {
    let (map, grid): (Tensor, MapGrid)
    if options.mode == .reference {
      map = LibraryScaling.finished(layers.map(\.map), size)
      grid = .even(size, rows: size.height, columns: size.width)
    } else if layers.count == 1 {
      (map, grid) = (layers[0].map, layers[0].grid)
    } else {
      (map, grid) = options.fusion.fused(layers, smoothing: options.smoothing)
    }
    return ClassMap(
      classIndex: index, className: vocab[index], probability: probability, map: map, grid: grid,
      layers: layers, target: target.name)
  }

  /// The probability of each class, per image; of two classes for one output.
  private func probabilities(_ output: Tensor) -> [[Double]] {
    precondition(
      output.shape[1] == vocab.count || (output.shape[1] == 1 && vocab.count == 2),
      "the model's output is \(output.shape) for \(vocab.count) classes")
    return rows(of: network.activation(output)).map { row in
      row.count == vocab.count ? row.map(Double.init) : [1 - Double(row[0]), Double(row[0])]
    }
  }

  private func rows(of tensor: Tensor) -> [[Float]] {
    let values = tensor.floatScalars
    return (0..<tensor.shape[0]).map {
      Array(values[($0 * tensor.shape[1])..<(($0 + 1) * tensor.shape[1])])
    }
  }
}
