package import Checkpoints
package import Models

/// The comparison of a checkpoint with the body and head of an architecture.
package struct WeightsCheck {
  /// The comparison by names and shapes, and the network that was compared.
  package let found: FileMatch
  /// The number of classes of the model.
  package let classCount: Int

  /// The comparison by names and shapes.
  package var match: WeightsMatch { found.match }
  /// The tensors of the network in the file, to which the positions in `match` refer.
  package var stored: [Checkpoint.NetworkEntry] { found.stored }

  /// Compares a file with an architecture, without reading tensors.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - architecture: The architecture.
  ///   - classCount: The number of classes. Default: that of the file, or 2 if it has no linear layer.
  ///   - part: The key of the network's dictionary in the file, or a prefix of its names. Default: the only one.
  /// - Throws: `CheckpointError` if the file has no network, or several that fit.
  package init(
    _ file: Checkpoint, _ architecture: Architecture, classCount: Int? = nil, part: String? = nil
  ) throws(CheckpointError) {
    func match(_ classCount: Int) throws(CheckpointError) -> FileMatch {
      try VisionModel(architecture, classCount: classCount).match(file, part: part)
    }
    let count: Int
    if let classCount { count = classCount } else { count = try match(2).match.classCount ?? 2 }
    found = try match(count)
    self.classCount = count
  }
}
