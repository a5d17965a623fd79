package import Checkpoints
public import Layers
import Models
public import Tensors

extension VisionModel {
  /// Loads weights of a whole network with the names of its origin, without its classifier, or of a model
  /// that Lightbox or fastai saved.
  ///
  /// Prefixes and older names are recognized. RGB and gray filters are adapted to the model's input channels.
  /// If there are several whole networks, none is loaded, and the report names their prefixes.
  ///
  /// - Parameter source: The weights.
  /// - Returns: The names that match, are missing, are unexpected, or differ in shape.
  public func load(_ source: StateDictionary) -> Module.LoadReport {
    let shapes = source.map { ($0.name, $0.tensor.shape) }
    let found = WeightsMatch.candidates(shapes, model: model, network: network)
    let fits = found.filter { $0.match.usability != .none }
    if fits.count > 1 {
      var report = Module.LoadReport()
      report.networks = fits.map { $0.prefix.isEmpty ? "." : $0.prefix }
      report.unexpected = source.names.sorted()
      return report
    }
    let match =
      (fits.first ?? found.first)?.match
      ?? WeightsMatch(shapes, model: model, network: network)
    return load(match, names: source.names) { source[$0].tensor }
  }

  /// Loads the weights of a file, as `load(_:)` does.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - part: The key of the network's dictionary in the file, or a prefix of its names. Default: the only one.
  /// - Returns: The names that match, are missing, are unexpected, or differ in shape.
  /// - Throws: `CheckpointError` if the file has no network, several of them, or malformed bytes.
  package func load(
    _ file: Checkpoint, part: String? = nil
  ) throws(CheckpointError) -> Module.LoadReport {
    try load(file, try match(file, part: part))
  }

  /// Loads the network of a file that was compared with this model.
  ///
  /// - Throws: `CheckpointError` if its bytes are malformed.
  package func load(
    _ file: Checkpoint, _ found: FileMatch
  ) throws(CheckpointError) -> Module.LoadReport {
    let stored = found.stored
    let read = try file.tensors(
      found.match.entries.lazy.filter { $0.outcome != .extra }.compactMap(\.position)
        .map { stored[$0].entry.name })
    return load(found.match, names: stored.map(\.name)) { read[stored[$0].entry.name] }
  }

  private func load(
    _ match: WeightsMatch, names: [String], tensor: (_ position: Int) -> Tensor?
  ) -> Module.LoadReport {
    var values: StateDictionary = [:]
    var unused: (classifier: [String], extra: [String]) = ([], [])
    var adapted: [Module.LoadReport.Mismatch] = []
    for entry in match.entries {
      guard let position = entry.position else { continue }
      if entry.outcome == .extra {
        unused.extra.append(names[position])
      } else if match.isClassifier(entry.name) {
        unused.classifier.append(entry.name)
      } else if let found = tensor(position) {
        if case .adapted = entry.outcome, let first = network.firstConvolution {
          let filters = network.adapted(found, to: first.path + ".weight")
          adapted.append(.init(name: entry.name, model: filters.shape, source: found.shape))
          values[entry.name] = filters
        } else {
          values[entry.name] = found
        }
      }
    }
    var report = (match.isSavedModel ? model : network).load(values)
    report.missing.removeAll(where: match.isClassifier)
    report.unexpected += unused.classifier.sorted() + unused.extra
    report.adapted = adapted
    return report
  }
}
