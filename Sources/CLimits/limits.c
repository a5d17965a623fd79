#define _GNU_SOURCE
#include "CLimits.h"
#include "control_groups.h"
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

static int affinity(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : (int)count;
}

static uint64_t machine_available(const char *root) {
  char path[4096], line[256];
  snprintf(path, sizeof path, "%s/proc/meminfo", root);
  FILE *file = fopen(path, "re");
  if (!file) return UINT64_MAX;
  uint64_t kib = UINT64_MAX;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1) break;
  fclose(file);
  return kib > UINT64_MAX / 1024 ? UINT64_MAX : kib * 1024;
}

/// What RLIMIT_AS and RLIMIT_DATA (ulimit -v, ulimit -d) leave.
static uint64_t resource_available(const char *root) {
  char path[4096];
  snprintf(path, sizeof path, "%s/proc/self/statm", root);
  FILE *file = fopen(path, "re");
  if (!file) return UINT64_MAX;
  uint64_t pages = 0, data = 0;
  int found = fscanf(file, "%" SCNu64 " %*s %*s %*s %*s %" SCNu64, &pages, &data);
  fclose(file);
  if (found != 2) return UINT64_MAX;
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const struct { __rlimit_resource_t resource; uint64_t used; } limits[] = {
    {RLIMIT_AS, pages * page}, {RLIMIT_DATA, data * page}};
  uint64_t available = UINT64_MAX;
  for (int i = 0; i < 2; ++i) {
    struct rlimit limit;
    if (getrlimit(limits[i].resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) continue;
    uint64_t left = limit.rlim_cur > limits[i].used ? (uint64_t)limit.rlim_cur - limits[i].used : 0;
    available = smaller(available, left);
  }
  return available;
}

lb_limits lb_process_limits(const char *root) {
  lb_control_group_limits groups = lb_read_control_groups(root);
  lb_limits limits = {.affinity = affinity(), .quota = groups.quota, .memory_limit = groups.memory_limit};
  limits.cores = limits.affinity;
  if (groups.quota > 0) {
    // Quotas such as 2.0000001, from rounded periods, mean 2.
    double quota = groups.quota - 1e-3;
    int whole = quota >= limits.cores ? limits.cores : (int)quota + 1;
    if (whole < limits.cores) limits.cores = whole;
  }
  limits.memory_available =
    smaller(groups.memory_available, smaller(machine_available(root), resource_available(root)));
  return limits;
}

static int cores;
static void read_cores(void) {
  cores = lb_process_limits("").cores;
  // OpenMP's own limit of threads.
  const char *text = getenv("OMP_THREAD_LIMIT");
  const long limit = text ? strtol(text, NULL, 10) : 0;
  if (limit > 0 && limit < cores) cores = (int)limit;
}

int lb_process_cores(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, read_cores);
  return cores;
}
