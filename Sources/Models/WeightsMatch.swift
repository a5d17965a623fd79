package import Layers

/// The correspondence between the tensors of a file and those of a model, by names and shapes.
///
/// A file holds either a whole network with the names of its origin, or a model that Lightbox or fastai
/// saved, with body and head. Names alone do not decide, since fastai's networks have numbered children
/// too: the alternative with more matching names is used.
package struct WeightsMatch: Sendable {
  /// A tensor of the file or of the model.
  package struct Entry: Sendable, Equatable {
    /// The model's name; for an extra tensor, the file's.
    package let name: String
    /// The position in the file's list; nil if the file lacks the tensor.
    package let position: Int?
    /// The result of the comparison.
    package let outcome: Outcome
  }

  /// The result of comparing one tensor.
  package enum Outcome: Sendable, Equatable {
    /// Name and shape are the model's.
    case matched
    /// The name differs, the shape is the model's.
    case renamed([Renaming.Reason])
    /// The filters of the first convolution are for images of another number of channels, and are adapted when
    /// they are loaded.
    case adapted(model: Int, file: Int, [Renaming.Reason])
    /// The shapes differ.
    case wrongShape(model: [Int], file: [Int])
    /// The file lacks the tensor.
    case missing
    /// The model has no such tensor.
    case extra
  }

  /// How the file can be used.
  package enum Usability: Sendable, Equatable {
    /// Every tensor fits.
    case complete
    /// The body fits; the classifier does not and is replaced by a new one.
    case newClassifier
    /// The body does not fit.
    case none
  }

  /// True for a saved model with its head, false for a whole network, whose classifier a head replaces.
  package let isSavedModel: Bool
  /// The file's tensors in its order, then the missing ones.
  package let entries: [Entry]
  /// The prefix of the network's classifier, such as "fc."; nil if the file is a saved model.
  package let classifierPrefix: String?
  /// The number of outputs of the file's last linear layer; nil if it has none.
  package let classCount: Int?

  /// Compares a file with a model.
  ///
  /// - Parameters:
  ///   - file: Names and shapes of the file's tensors, without the prefixes around the network.
  ///   - model: Body and head.
  ///   - network: The network from which the body was cut.
  ///   - prefix: The prefix of the network's names. Default: the one of most names.
  package init(
    _ file: [(name: String, shape: [Int])], model: Module, network: any ImageClassifier,
    prefix: String? = nil
  ) {
    self.init(file, Target(model: model, network: network), prefix: prefix)
  }

  /// The names and shapes of a model, which take long to find.
  struct Target {
    let network: any ImageClassifier
    let saved: [(name: String, shape: [Int])]
    let whole: [(name: String, shape: [Int])]
    let savedNames: Set<String>
    let wholeNames: Set<String>
    let rules: [Renaming.Rule]
    /// The name of the first filters in body and head, where their path is another.
    let savedStem: String?

    init(model: Module, network: any ImageClassifier) {
      self.network = network
      saved = model.stateShapes
      whole = network.stateShapes
      savedNames = Set(saved.map(\.name))
      wholeNames = Set(whole.map(\.name))
      rules = network.olderNames
      savedStem = saved.first { $0.shape.count == 4 }?.name
    }
  }

  init(_ file: [(name: String, shape: [Int])], _ target: Target, prefix: String?) {
    let network = target.network
    let names = file.map(\.name)
    func compare(_ wanted: Set<String>) -> (matches: [Renaming.Match], count: Int) {
      let matches = Renaming.matches(names, to: wanted, rules: target.rules, prefix: prefix)
      return (matches, matches.count { $0.name != nil })
    }
    let (saved, whole) = (compare(target.savedNames), compare(target.wholeNames))
    // A body alone is a whole network without its classifier.
    let hasHead = saved.matches.contains { $0.name?.hasPrefix("1.") ?? false }
    isSavedModel =
      saved.count > whole.count || saved.count > 0 && saved.count == whole.count && hasHead
    let matches = (isSavedModel ? saved : whole).matches
    let wanted = isSavedModel ? target.saved : target.whole
    let classifier = isSavedModel ? nil : network.classifierName + "."
    classifierPrefix = classifier

    let shapes = Dictionary(wanted.map { ($0.name, $0.shape) }, uniquingKeysWith: { a, _ in a })
    var positions: [String: Int] = [:]
    var entries: [Entry] = []
    for (position, (tensor, match)) in zip(file, matches).enumerated() {
      guard let name = match.name, let shape = shapes[name] else {
        entries.append(Entry(name: tensor.name, position: position, outcome: .extra))
        continue
      }
      positions[name] = position
      var channels: Int?
      if tensor.shape != shape, !isSavedModel || name == target.savedStem {
        // The network knows its filters by their own path.
        let own = isSavedModel ? network.firstConvolution.map { $0.path + ".weight" } : nil
        channels = network.channelsAdapting(tensor.shape, of: own ?? name)
      }
      let outcome: Outcome =
        if let channels {
          .adapted(model: channels, file: tensor.shape[1], match.reasons)
        } else if tensor.shape != shape {
          .wrongShape(model: shape, file: tensor.shape)
        } else if match.reasons.isEmpty {
          .matched
        } else {
          .renamed(match.reasons)
        }
      entries.append(Entry(name: name, position: position, outcome: outcome))
    }
    for (name, _) in wanted where positions[name] == nil && !Module.isOptionalEntry(name) {
      entries.append(Entry(name: name, position: nil, outcome: .missing))
    }
    self.entries = entries

    let last = wanted.last {
      $0.shape.count == 2 && (classifier.map($0.name.hasPrefix) ?? true)
    }
    classCount = last.flatMap { positions[$0.name] }.flatMap { file[$0].shape.first }
  }

  /// True for a tensor of the classifier that a head replaces.
  package func isClassifier(_ name: String) -> Bool {
    classifierPrefix.map(name.hasPrefix) ?? false
  }

  /// How the file can be used.
  package var usability: Usability {
    var (fits, needsClassifier) = (false, false)
    for entry in entries {
      switch entry.outcome {
      case .matched, .renamed, .adapted: fits = true
      case .wrongShape, .missing:
        guard isClassifier(entry.name) else { return .none }
        needsClassifier = true
      case .extra: break
      }
    }
    guard fits else { return .none }
    return needsClassifier ? .newClassifier : .complete
  }
}
