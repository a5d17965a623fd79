import Layers
public import Tensors

extension ImageClassifier {
  /// Weights of this architecture with the names of this network, and with RGB or gray filters adapted to its
  /// number of input channels.
  ///
  ///     network.load(network.fitting(weights))
  ///
  /// - Parameter source: A state dictionary, also with older names or a prefix before all names. If it holds
  ///   several whole networks, none is chosen.
  /// - Returns: The renamed tensors; names without a match are kept.
  public func fitting(_ source: StateDictionary) -> StateDictionary {
    let wanted = stateShapes
    let (names, rules) = (Set(wanted.map(\.name)), olderNames)
    let needed = wanted.count {
      !$0.name.hasPrefix(classifierName + ".") && !Module.isOptionalEntry($0.name)
    }
    let prefixes = Renaming.prefixes(source.names, to: names, rules: rules)
    if prefixes.count > 1, prefixes[1].count >= needed,
      !prefixes[0].prefix.hasPrefix(prefixes[1].prefix),
      !prefixes[1].prefix.hasPrefix(prefixes[0].prefix)
    {
      return source
    }
    let matches = Renaming.matches(
      source.names, to: names, rules: rules, prefix: prefixes.first?.prefix)
    var named = StateDictionary([:])
    for (match, entry) in zip(matches, source) {
      if let name = match.name { named[name] = adapted(entry.tensor, to: name) }
    }
    for (match, entry) in zip(matches, source) where match.name == nil && named[entry.name] == nil {
      named[entry.name] = entry.tensor
    }
    return named
  }

  /// The network's rules for names in older files and in those of other libraries.
  var olderNames: [Renaming.Rule] {
    ((self as? any BuiltInClassifier)?.olderNames ?? []) + Renaming.numberedChildren(of: self)
  }

  /// The tensor for an entry of this network: RGB and gray filters are adapted to the input channels of the
  /// first convolution.
  package func adapted(_ tensor: Tensor, to name: String) -> Tensor {
    guard let channels = channelsAdapting(tensor.shape, of: name) else { return tensor }
    let rule = (self as? any BuiltInClassifier)?.stemRule ?? .fastai
    return rule.adapted(tensor.converted(to: .float32), to: channels)
  }

  /// The number of channels to which filters of a shape have to be adapted; nil if they are not the RGB or gray
  /// filters of the first convolution of a network for other images.
  func channelsAdapting(_ shape: [Int], of name: String) -> Int? {
    // Shapes first: finding the convolution inspects all modules.
    guard shape.count == 4, StemRule.isAdaptable(shape[1]), name.hasSuffix(".weight"),
      let (path, layer) = firstConvolution, name == path + ".weight"
    else { return nil }
    let wanted = layer.weight.shape
    guard wanted[1] != shape[1], shape[0] == wanted[0], shape[2...] == wanted[2...] else {
      return nil
    }
    return wanted[1]
  }
}
