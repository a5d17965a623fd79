/// An estimate of the time that training still takes, from the batches of this process only.
///
/// Counting the batches before a resume as done in the time of this process would give too short a time.
package struct TimeLeft: Sendable, Equatable {
  /// The batches of a kind and their time.
  package struct Measured: Sendable, Equatable {
    package var batches = 0
    package var seconds = 0.0

    package init(batches: Int = 0, seconds: Double = 0) {
      self.batches = batches
      self.seconds = seconds
    }

    /// Seconds per batch; nil before two batches, since the first one also waits for threads to start.
    var perBatch: Double? { batches < 2 ? nil : seconds / Double(batches) }

    mutating func add(_ time: Double) {
      batches += 1
      seconds += time
    }
  }

  /// Training batches.
  package var train = Measured()
  /// Validation batches.
  package var valid = Measured()

  /// Creates an estimate without measurements.
  package init() {}

  /// The seconds that batches will take; nil if that is not known yet.
  ///
  /// Validation batches that were not measured yet are taken to be three times as fast as training batches.
  package func seconds(trainBatches: Int, validBatches: Int) -> Double? {
    guard trainBatches + validBatches > 0 else { return 0 }
    guard let step = train.perBatch ?? valid.perBatch.map({ $0 * 3 }) else { return nil }
    let check = valid.perBatch ?? step / 3
    return Double(max(trainBatches, 0)) * step + Double(max(validBatches, 0)) * check
  }
}
