// What this process may use of the machine: processor cores and memory, by affinity, control groups and resource limits.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct lb_limits {
  /// Cores that the process may be scheduled on.
  int affinity;
  /// Processor time per second that its control groups allow, in cores; 0: unlimited.
  double quota;
  /// Cores to use: the affinity, or the quota rounded up if it is smaller. At least 1.
  int cores;
  /// The smallest memory limit of its control groups, in bytes; UINT64_MAX: none.
  uint64_t memory_limit;
  /// Bytes that can still be allocated: the smallest of what the machine, the control groups and the resource limits
  /// leave. Memory that files occupy and that the kernel can free counts as available. UINT64_MAX: unknown.
  uint64_t memory_available;
} lb_limits;

/// Reads the limits from /proc and /sys/fs/cgroup (versions 1 and 2), below the folder `root`; "" is the machine.
lb_limits lb_process_limits(const char *root);
/// The cores to use, as read at the first call.
int lb_process_cores(void);

#pragma clang assume_nonnull end
