#include "kernel.h"
#include "openmp.h"
#include <CLimits.h>
#include <stdatomic.h>
#include <stdlib.h>

// OpenMP keeps the number of threads per calling thread; this one applies to all of them.
static _Atomic int wanted;
static _Thread_local int in_use;

/// The default: what OMP_NUM_THREADS says, or the cores that this process may use, which OpenMP counts without quotas.
static int default_threads(void) {
  int count = lb_openmp()->max_threads();
  const char *user = getenv("OMP_NUM_THREADS");
  if (user && *user) return count;
  int cores = lb_process_cores();
  return cores < count ? cores : count;
}

void lb_use_threads(void) {
  int count = wanted;
  if (count == 0) {
    // Threads that come here at the same time find the same number.
    count = default_threads();
    int none = 0;
    if (!atomic_compare_exchange_strong(&wanted, &none, count)) count = none;
  }
  if (count == in_use) return;
  lb_openmp()->set_num_threads(count);
  in_use = count;
}

void lb_set_threads(int count) {
  wanted = count < 1 ? 1 : count;
  lb_use_threads();
}

typedef struct {
  size_t count, unit;
  void *context;
  lb_range_body body;
} lb_job;

static void lb_run_part(void *data) {
  lb_job *job = data;
  size_t parts = (size_t)lb_openmp()->num_threads(), part = (size_t)lb_openmp()->thread_num();
  size_t units = (job->count + job->unit - 1) / job->unit;
  size_t begin = units * part / parts * job->unit, end = units * (part + 1) / parts * job->unit;
  if (end > job->count) end = job->count;
  if (begin < end) job->body(job->context, begin, end);
}

static void lb_parallel(size_t count, size_t unit, size_t grain, void *context, lb_range_body body) {
  if (count == 0) return;
  lb_use_threads();
  size_t threads = (size_t)lb_openmp()->max_threads();
  size_t useful = grain ? count / grain : threads;
  if (useful < threads) threads = useful;
  if (threads <= 1 || lb_openmp()->in_parallel()) {
    body(context, 0, count);
    return;
  }
  lb_job job = {count, unit, context, body};
  lb_openmp()->parallel(lb_run_part, &job, (unsigned)threads, 0);
}

// Ranges end at multiples of 16 elements, so that no two threads write to the same cache line.
void lb_parallel_for(size_t count, size_t grain, void *context, lb_range_body body) {
  lb_parallel(count, 16, grain, context, body);
}

void lb_parallel_items(size_t count, size_t cost, void *context, lb_range_body body) {
  size_t grain = LB_GRAIN / (cost ? cost : 1);
  lb_parallel(count, 1, grain ? grain : 1, context, body);
}

int lb_threads(void) {
  lb_use_threads();
  return lb_openmp()->max_threads();
}
