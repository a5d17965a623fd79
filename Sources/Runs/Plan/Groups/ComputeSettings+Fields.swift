package import Settings
import Tensors

extension ComputeSettings: SettingsGroup {
  package init() { self.init(threads: nil) }

  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "threads", \.threads, .within(1, 1024), "Threads that compute.", unset: "all cores",
      aliases: ["num_threads"]),
    SettingsField(
      "workers", \.workers, .within(0, 1024), "Threads that load images; 0: the main thread.",
      unset: "all cores", aliases: ["num_workers"]),
    SettingsField(
      "precision", \.precision,
      "float32, or bfloat16 for convolutions; weights, statistics and loss are float32.",
      aliases: ["dtype"]),
    SettingsField(
      "convolution", \.convolution,
      "fastest (Winograd where it is faster) or direct.", unset: "fastest"),
  ]
}

extension Compute.Precision: SettingsEnum {}
extension Compute.ConvolutionAlgorithm: SettingsEnum {}
