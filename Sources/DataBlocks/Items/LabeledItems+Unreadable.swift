import Tensors

extension LabeledItems {
  /// Leaves out the items whose file does not exist or cannot be read.
  ///
  /// If no file exists, all are kept: `check` says why. A file with several frames can be read.
  ///
  /// - Parameter pipeline: Reads the files.
  /// - Returns: The errors of the files that were left out.
  /// - Throws: `DataError` if no file can be read.
  package mutating func leaveOutUnreadable(by pipeline: Pipeline) throws(DataError) -> [DataError] {
    guard missing.count < items.count else { return [] }
    let found = pipeline.unreadable(among: items, workers: Compute.cores, seconds: .infinity)
      .faults.filter { _, error in
        switch error.reason {
        case .severalFrames, .tooManyFrames: false
        default: true
        }
      }
    let errors = found.sorted { $0.key < $1.key }.map(\.value)
    guard found.count < items.count else {
      throw DataError(
        .nothingReadable(errors, count: items.count, mode: .validation), path: table.path)
    }
    leaveOut(Set(found.keys))
    return errors
  }
}
