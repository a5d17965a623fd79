// Control groups (cgroups) of this process, versions 1 and 2.
#pragma once
#include <stdint.h>

typedef struct {
  double quota;  // in cores; 0: unlimited
  uint64_t memory_limit, memory_available;  // UINT64_MAX: unlimited
} lb_control_group_limits;

/// Reads the limits of the process's groups and all groups above them.
lb_control_group_limits lb_read_control_groups(const char *root);
