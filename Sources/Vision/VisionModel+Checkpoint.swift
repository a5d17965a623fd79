package import Checkpoints
public import Layers
package import Models
public import Tensors

extension VisionModel {
  /// Loads weights of a whole network with the names of its origin, without its classifier, or of a model
  /// that Lightbox or fastai saved.
  ///
  /// Prefixes and older names are recognized. RGB filters of a whole network are adapted to the model's
  /// input channels.
  ///
  /// - Parameter source: The weights.
  /// - Returns: The names that match, are missing, are unexpected, or differ in shape.
  public func load(_ source: StateDictionary) -> Module.LoadReport {
    let match = WeightsMatch(
      source.map { ($0.name, $0.tensor.shape) }, model: model, network: network)
    return load(match, names: source.names) { source[$0].tensor }
  }

  /// Loads the weights of a file, as `load(_:)` does.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - part: The key of the network's dictionary in the file. Default: the only one.
  /// - Returns: The names that match, are missing, are unexpected, or differ in shape.
  /// - Throws: `CheckpointError` if the file has no network, several of them, or malformed bytes.
  package func load(
    _ file: Checkpoint, part: String? = nil
  ) throws(CheckpointError) -> Module.LoadReport {
    let (match, stored) = try match(file, part: part)
    let read = try file.tensors(
      match.entries.lazy.filter { $0.outcome != .extra }.compactMap(\.position)
        .map { stored[$0].entry.name })
    return load(match, names: stored.map(\.name)) { read[stored[$0].entry.name] }
  }

  /// Compares a file with this model, without reading tensors.
  ///
  /// - Returns: The comparison, and the file's tensors to which its positions refer.
  /// - Throws: `CheckpointError` if the file has no network, or several.
  package func match(
    _ file: Checkpoint, part: String? = nil
  ) throws(CheckpointError) -> (match: WeightsMatch, stored: [Checkpoint.NetworkEntry]) {
    let stored = try file.networkEntries(part: part)
    return (
      WeightsMatch(stored.map { ($0.name, $0.entry.shape) }, model: model, network: network),
      stored
    )
  }

  private func load(
    _ match: WeightsMatch, names: [String], tensor: (_ position: Int) -> Tensor?
  ) -> Module.LoadReport {
    var values: StateDictionary = [:]
    var unused: (classifier: [String], extra: [String]) = ([], [])
    for entry in match.entries {
      guard let position = entry.position else { continue }
      if entry.outcome == .extra {
        unused.extra.append(names[position])
      } else if match.isClassifier(entry.name) {
        unused.classifier.append(entry.name)
      } else if let found = tensor(position) {
        values[entry.name] = match.isSavedModel ? found : network.adapted(found, to: entry.name)
      }
    }
    var report = (match.isSavedModel ? model : network).load(values)
    report.missing.removeAll(where: match.isClassifier)
    report.unexpected += unused.classifier.sorted() + unused.extra
    return report
  }
}
