package import Layers

extension Renaming {
  /// `Sequential(*network.children())`, as in Lightning's example of transfer learning, RadImageNet and a body
  /// that fastai cut: children are numbered instead of named.
  package static func numberedChildren(of network: Module) -> [Rule] {
    typealias Condition = @Sendable (_ stored: [String]) -> Bool
    func rule(
      _ children: [(name: String, module: Module)], _ path: [Substring], _ condition: Condition?
    ) -> Rule? {
      let names = children.map { path + [Substring($0.name)] }
      // A network whose children have numbers needs no rule.
      if names.allSatisfy({ $0.last.flatMap { Int($0) } != nil }) { return nil }
      return Rule(
        reason: "children are numbered, as in Sequential(*children)", condition: condition
      ) { parts in
        guard let first = parts.first, let number = Int(first), names.indices.contains(number)
        else { return nil }
        return names[number] + parts.dropFirst()
      }
    }
    let children = network.namedChildren
    guard let features = children.first(where: { $0.name == "features" })?.module.namedChildren
    else { return [rule(children, [], nil)].compactMap(\.self) }
    // DenseNet's layers are the children of its child `features`; they have names if this is numbered.
    let layers = Set(features.map(\.name))
    let namesLayers: Condition = { stored in
      stored.contains { $0.split(separator: ".").contains { layers.contains(String($0)) } }
    }
    return [
      rule(children, [], namesLayers), rule(features, ["features"]) { !namesLayers($0) },
    ].compactMap(\.self)
  }

  /// The names of Hugging Face's `ResNetForImageClassification`.
  ///
  /// Reference: transformers, models/resnet/modeling_resnet.py.
  static let huggingFaceResNet = Rule(reason: "Hugging Face's names of a ResNet") { parts in
    var rest = parts[...]
    if rest.first == "resnet" { rest = rest.dropFirst() }
    // [convolution or normalization, weight]
    func layer(_ convolution: Substring, _ norm: Substring) -> [Substring]? {
      guard rest.count == 2, let kind = rest.first else { return nil }
      switch kind {
      case "convolution": return [convolution] + rest.dropFirst()
      case "normalization": return [norm] + rest.dropFirst()
      default: return nil
      }
    }
    if rest.starts(with: ["embedder", "embedder"]) {
      rest = rest.dropFirst(2)
      return layer("conv1", "bn1")
    }
    if rest.first == "classifier", rest.count == 3 { return ["fc"] + rest.suffix(1) }
    // encoder.stages.0.layers.0.layer.0.convolution.weight
    let path = Array(rest)
    guard path.count >= 6, path[0] == "encoder", path[1] == "stages", let stage = Int(path[2]),
      (0..<16).contains(stage), path[3] == "layers"
    else { return nil }
    let block: [Substring] = ["layer\(stage + 1)", path[4]]
    if path[5] == "shortcut" {
      rest = path[6...]
      return layer("0", "1").map { block + ["downsample"] + $0 }
    }
    guard path[5] == "layer", path.count > 6, let number = Int(path[6]), (0..<16).contains(number)
    else { return nil }
    rest = path[7...]
    return layer("conv\(number + 1)", "bn\(number + 1)").map { block + $0 }
  }

  /// The names of MONAI's DenseNet: `denselayer1.layers.norm1`, `class_layers.out`.
  ///
  /// Reference: MONAI, monai/networks/nets/densenet.py.
  static let monaiDenseNet = Rule(reason: "MONAI's names of a DenseNet") { parts in
    if parts.starts(with: ["class_layers", "out"]) { return ["classifier"] + parts.dropFirst(2) }
    guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }),
      layer + 1 < parts.count, parts[layer + 1] == "layers"
    else { return nil }
    var changed = parts
    changed.remove(at: layer + 1)
    return changed
  }
}
