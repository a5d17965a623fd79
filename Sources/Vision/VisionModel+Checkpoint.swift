public import Checkpoints
public import Layers
import Models

extension VisionModel {
  /// How a file's names meet this model's, before anything is read.
  public struct Fit: Sendable {
    /// True for weights of a model with its head, as this program or fastai saves them; false for those
    /// of a whole network, whose classifier the head replaces.
    public let isSaved: Bool
    /// One per tensor of the file's network, in its order: the entry, the model's name for it, why that
    /// differs.
    public let entries: [(entry: Checkpoint.NetworkEntry, name: String?, reasons: [String])]
    /// The model's names and shapes; without the network's classifier if it is to be replaced.
    public let wanted: [(name: String, shape: [Int])]
    /// The network's classifier, such as "fc."; empty if the file's head is the model's.
    public let classifier: String
  }

  /// Compares a file's names with the model's.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - part: The dictionary in it that holds the network; nil: the one that is there.
  /// - Returns: Each tensor of the file's network with the model's name for it.
  /// - Throws: `CheckpointError` if the file has no network, or several.
  public func fit(_ file: Checkpoint, part: String? = nil) throws(CheckpointError) -> Fit {
    let found = try file.networkEntries(part: part)
    let names = found.map(\.name)
    func matches(_ module: Module) -> ([Renaming.Match], Int) {
      let matches = Renaming.matches(names, to: Set(module.stateShapes.map(\.name)))
      return (matches, matches.count { $0.name != nil })
    }
    let (saved, savedCount) = matches(model)
    let (whole, wholeCount) = matches(network)
    // fastai's own networks number their children too, so what counts is which names there are more of.
    let isSaved = savedCount > 0 && savedCount >= wholeCount
    return Fit(
      isSaved: isSaved,
      entries: zip(found, isSaved ? saved : whole).map { ($0, $1.name, $1.reasons) },
      wanted: (isSaved ? model : network).stateShapes,
      classifier: isSaved ? "" : network.classifierName + ".")
  }

  /// Takes the weights of a file.
  ///
  /// They may be of a whole network by its origin's names, or of a model that this program or fastai
  /// saved. Names found in the wild are understood (`Renaming`).
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - part: The dictionary in it that holds the network; nil: the one that is there.
  /// - Returns: What was taken, and what was not.
  /// - Throws: `CheckpointError` if the file has no network, or its bytes are damaged.
  public func load(
    _ file: Checkpoint, part: String? = nil
  ) throws(CheckpointError) -> Module.LoadReport {
    let fit = try fit(file, part: part)
    let named = fit.entries.compactMap { entry in entry.name.map { (entry.entry.entry.name, $0) } }
    let read = try file.tensors(named.lazy.map(\.0))
    let source = Dictionary(
      named.compactMap { stored, name in read[stored].map { (name, $0) } },
      uniquingKeysWith: { first, _ in first })
    var report = fit.isSaved ? model.load(source) : takeWhole(network.fitting(source))
    report.unexpected += fit.entries.lazy.filter { $0.name == nil }.map(\.entry.name)
    return report
  }
}
