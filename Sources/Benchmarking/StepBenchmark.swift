import Dispatch
import Glibc
import Tensors

/// The time and memory of a workload's steps.
package struct StepBenchmark: Sendable {
  /// The seconds of each step.
  package let allSeconds: [Double]
  /// The additions and multiplications of convolutions and matrix products in a step, as if all were direct.
  package let operations: Double
  /// The reorders of memory layouts in a step.
  package let reorders: Int
  /// The bytes that these reorders read.
  package let reorderedBytes: Int
  /// The peak memory of tensors in the timed steps, in bytes.
  package let peakTensorBytes: Int
  /// The peak memory of the process, in bytes.
  package let peakResidentBytes: Int
  /// The share of processor time that was spent in the program rather than in the kernel.
  package let userShare: Double

  /// The median time of a step.
  package var seconds: Double { median(allSeconds) }
  /// The rate of operations at the median time, in 1e9 per second.
  package var gigaflops: Double { operations / seconds * 1e-9 }

  /// Runs two steps to warm up, one with the profiler, and `steps` with a clock.
  package init(of workload: Workload, steps: Int) {
    for _ in 0..<2 { workload.step() }
    operations = Profiler.events { workload.step() }.reduce(0) { $0 + $1.operations }
    Compute.resetMemoryPeak()
    let before = (reorders: Compute.reorders, time: processorTime())
    allSeconds = (0..<steps).map { _ in
      let start = DispatchTime.now().uptimeNanoseconds
      workload.step()
      return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }
    let after = (reorders: Compute.reorders, time: processorTime())
    let user = after.time.user - before.time.user
    let system = after.time.system - before.time.system
    reorders = (after.reorders.count - before.reorders.count) / steps
    reorderedBytes = (after.reorders.bytes - before.reorders.bytes) / steps
    peakTensorBytes = Compute.memory.peak
    peakResidentBytes = Compute.peakResidentMemory
    userShare = user / max(user + system, 1e-9)
  }
}

/// The seconds of processor time of this process.
private func processorTime() -> (user: Double, system: Double) {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
  return (seconds(usage.ru_utime), seconds(usage.ru_stime))
}
