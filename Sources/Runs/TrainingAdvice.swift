import DataBlocks
import Layers
import Tensors
import Training

/// What would make training faster on this machine, measured on it.
enum TrainingAdvice {
  /// Steps of a run that is long enough for advice.
  static let leastSteps = 100
  /// The smallest ratio that is worth a line.
  private static let leastRatio = 1.3

  /// How much faster bfloat16 convolutions are than those of the run; nil if the processor has none, if the run uses
  /// them already, or if the difference is small.
  static func bfloat16(_ plan: TrainingPlan) -> String? {
    guard Compute.hasBFloat16Instructions, plan.compute.precision == .float32 else { return nil }
    defer { _ = try? Compute.use(.float32) }
    guard let exact = seconds(.float32), let short = seconds(.bfloat16),
      exact > leastRatio * short
    else { return nil }
    let ratio = (exact / short * 10).rounded() / 10
    return
      "bfloat16 convolutions are \(ratio) times faster on this processor: --precision bfloat16"
  }

  /// The shortest time of a convolution like those of a ResNet's middle stages.
  private static func seconds(_ precision: Compute.Precision) -> Double? {
    guard (try? Compute.use(precision)) != nil else { return nil }
    let layer = Conv2D(128, 128, kernelSize: 3, padding: 1, bias: false)
    layer.initialize(seed: 1)
    let images = Tensor.ones([8, 128, 28, 28])
    return layer.evaluating {
      (0..<4).map { _ in
        let started = ContinuousClock.now
        _ = layer(images)
        return (ContinuousClock.now - started) / .seconds(1)
      }.dropFirst().min()
    }
  }
}

/// Notes once that training waits for images, after the epoch in which they are read for the first time.
final class WaitingAdvice: Callback {
  let order = 998
  let runsInLRFind = false
  private static let batches = 20
  private static let leastShare = 0.2
  private let workers: Int
  private let tell: (String) -> Void
  private var started = ContinuousClock.now
  private var waited = 0.0
  private var isDone = false

  init(workers: Int, _ tell: @escaping (String) -> Void) {
    self.workers = workers
    self.tell = tell
  }

  func beforeTrain(_ learner: Learner) throws {
    (started, waited) = (.now, learner.dataSeconds)
  }

  func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining, !isDone, learner.epoch > 0,
      learner.totalSteps >= TrainingAdvice.leastSteps,
      learner.batchIndex + 1 >= min(Self.batches, learner.batchCount)
    else { return }
    isDone = true
    let share = (learner.dataSeconds - waited) / ((ContinuousClock.now - started) / .seconds(1))
    guard share > Self.leastShare else { return }
    tell(
      "waiting for images takes \(Int((share * 100).rounded())) % of the time with \(workers) "
        + "workers (--workers); smaller or fewer files to decode, or more memory for the cache, help too"
    )
  }
}
