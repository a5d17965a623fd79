import Models
import Vision

extension VisionModel {
  /// Sets the output stride; nil: the architecture's.
  ///
  /// - Throws: `PlanError` if the architecture cannot have it.
  func use(outputStride: Int?) throws(PlanError) {
    guard let outputStride else { return }
    guard outputStrides.contains(outputStride) else {
      throw PlanError(
        .outputStride(outputStride, architecture: architecture.name, allowed: outputStrides))
    }
    setOutputStride(outputStride)
  }
}
