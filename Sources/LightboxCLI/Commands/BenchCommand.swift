import ArgumentParser
import Foundation
import Lightbox

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time training and inference steps on this machine.",
    subcommands: [BenchStepCommand.self, BenchLayersCommand.self, BenchLoadCommand.self])
}

struct BenchStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time whole steps on random images; the median counts.")

  @OptionGroup var options: WorkloadOptions

  @Flag(help: "Print JSON.")
  var json = false

  struct Report: Encodable {
    let arch: String
    let mode: WorkloadOptions.Mode
    let precision: String
    let convolution: String
    let recompute: Bool
    let batchSize: Int
    let size: Int
    let threads: Int
    let steps: Int
    /// Median of `allSeconds`.
    let seconds: Double
    let allSeconds: [Double]
    let imagesPerSecond: Double
    /// Of convolutions and matrix products, as if all were direct; Winograd does with fewer.
    let gigaflops: Double
    let peakResidentBytes: Int
    let peakTensorBytes: Int
    /// Per step.
    let reorders: Int
    let reorderedBytes: Int
    /// Share of processor time that was spent in the program rather than in the kernel.
    let userShare: Double
  }

  func run() throws {
    let workload = try options.makeWorkload()
    for _ in 0..<2 { workload.step() }
    let events = Profiler.events { workload.step() }
    let work = events.reduce(0) { $0 + $1.operations }
    Compute.resetMemoryPeak()
    let before = (reorders: Compute.reorders, time: processorTime())
    var seconds: [Double] = []
    for _ in 0..<options.steps {
      let start = DispatchTime.now().uptimeNanoseconds
      workload.step()
      seconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
    }
    let after = (reorders: Compute.reorders, time: processorTime())
    let median = median(seconds)
    let (user, system) = (
      after.time.user - before.time.user, after.time.system - before.time.system
    )
    let report = Report(
      arch: options.arch, mode: options.mode, precision: options.precision.rawValue,
      convolution: options.convolution.rawValue, recompute: options.recompute,
      batchSize: options.batchSize, size: options.size,
      threads: Compute.threads, steps: options.steps, seconds: median, allSeconds: seconds,
      imagesPerSecond: Double(options.batchSize) / median, gigaflops: work / median * 1e-9,
      peakResidentBytes: Compute.peakResidentMemory, peakTensorBytes: Compute.memory.peak,
      reorders: (after.reorders.count - before.reorders.count) / options.steps,
      reorderedBytes: (after.reorders.bytes - before.reorders.bytes) / options.steps,
      userShare: user / max(user + system, 1e-9))
    if json {
      try printJSON(report)
      return
    }
    print(
      "\(report.arch) \(report.mode.rawValue) \(report.precision), batch \(report.batchSize), "
        + "\(report.size) x \(report.size), \(report.threads) threads")
    print(
      "\(digits(median, 4)) s a step (\(digits(seconds.min(), 4)) to \(digits(seconds.max(), 4)), "
        + "\(report.steps) steps), \(digits(report.imagesPerSecond, 1)) images/s, "
        + "\(digits(report.gigaflops, 0)) GFLOP/s")
    print(
      "memory: \(report.peakTensorBytes >> 20) MiB of tensors at most, "
        + "\(report.peakResidentBytes >> 20) MiB in all")
    print(
      "layouts: \(report.reorders) reorders a step, \(report.reorderedBytes >> 10) KiB read; "
        + "user time \(digits(report.userShare * 100, 1)) %")
  }
}

/// The middle of some numbers; of two middle ones the mean.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Seconds of processor time of this process so far.
private func processorTime() -> (user: Double, system: Double) {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  func seconds(_ t: timeval) -> Double { Double(t.tv_sec) + Double(t.tv_usec) * 1e-6 }
  return (seconds(usage.ru_utime), seconds(usage.ru_stime))
}
