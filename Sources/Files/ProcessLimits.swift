import CLimits

/// What this process may use of the machine: processor cores and memory, whatever the machine has.
///
/// Affinity, control groups (cgroups 1 and 2, as containers and batch systems set them) and resource limits (`ulimit`)
/// count.
package struct ProcessLimits: Sendable, Equatable {
  /// Cores that the process may be scheduled on.
  package let affinity: Int
  /// Processor time per second that the control groups allow, in cores; nil: unlimited.
  package let quota: Double?
  /// Cores to use: the affinity, or the quota rounded up if it is smaller.
  package let cores: Int
  /// The smallest memory limit of the control groups, in bytes; nil: none.
  package let memoryLimit: Int?
  /// Bytes that can still be allocated without swapping.
  package let availableMemory: Int

  /// Reads the limits as they are now.
  ///
  /// - Parameter root: The folder that holds `proc` and the mounted control groups.
  package init(root: String = "") {
    let found = lb_process_limits(root)
    affinity = Int(found.affinity)
    quota = found.quota > 0 ? found.quota : nil
    cores = Int(found.cores)
    memoryLimit = found.memory_limit == .max ? nil : Int(clamping: found.memory_limit)
    availableMemory = Int(clamping: found.memory_available)
  }

  /// Cores to use, as read at the first call.
  package static var cores: Int { Int(lb_process_cores()) }

  /// The cores and what limits them, for display.
  package var coreText: String {
    guard let quota, cores < affinity else { return "\(cores)" }
    return "\(cores) of \(affinity): the control group allows \(quota) cores"
  }

  /// The memory limit, for display.
  package var memoryText: String {
    memoryLimit.map { "\($0 >> 20) MiB (control group)" } ?? "none"
  }
}
