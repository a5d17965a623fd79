#define _GNU_SOURCE
#include "allocation.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// Page faults of 4 KiB each cost more than the kernel that fills a large tensor, so large blocks are aligned to huge
// pages and advised to use them.
#define LB_LARGE ((size_t)1 << 20)
#define LB_HUGE ((size_t)2 << 20)

void *lb_memory_allocate(size_t bytes) {
  void *p = NULL;
  if (bytes < LB_LARGE) return posix_memalign(&p, 64, bytes ? bytes : 64) == 0 ? p : NULL;
  size_t rounded = (bytes + LB_HUGE - 1) / LB_HUGE * LB_HUGE;
  if (rounded < bytes) return NULL;
  char *base = mmap(NULL, rounded + LB_HUGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return NULL;
  char *aligned = (char *)(((uintptr_t)base + LB_HUGE - 1) & ~(uintptr_t)(LB_HUGE - 1));
  if (aligned > base) munmap(base, (size_t)(aligned - base));
  size_t tail = (size_t)(base + LB_HUGE - aligned);
  if (tail) munmap(aligned + rounded, tail);
  madvise(aligned, rounded, MADV_HUGEPAGE);
  return aligned;
}

void lb_memory_free(void *pointer, size_t bytes) {
  if (bytes < LB_LARGE) free(pointer);
  else munmap(pointer, (bytes + LB_HUGE - 1) / LB_HUGE * LB_HUGE);
}

size_t lb_memory_resident(void) {
  FILE *f = fopen("/proc/self/statm", "re");
  if (!f) return 0;
  size_t resident = 0, shared = 0;
  int found = fscanf(f, "%*s %zu %zu", &resident, &shared);
  fclose(f);
  return found == 2 && resident > shared ? (resident - shared) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

size_t lb_memory_peak_resident(void) {
  struct rusage u;
  return getrusage(RUSAGE_SELF, &u) == 0 ? (size_t)u.ru_maxrss * 1024 : 0;
}
