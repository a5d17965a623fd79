#define _GNU_SOURCE
#include "kernel.h"
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

// Entry points of libgomp that code compiled by GCC calls. Sharing its pool with oneDNN avoids oversubscription.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern int omp_in_parallel(void);
extern void omp_set_num_threads(int);

// OpenMP keeps the number of threads per calling thread; this one applies to all of them.
static _Atomic int wanted;
static _Thread_local int in_use;

void lb_use_threads(void) {
  int count = wanted;
  if (count == in_use) return;
  omp_set_num_threads(count);
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
  size_t parts = (size_t)omp_get_num_threads(), part = (size_t)omp_get_thread_num();
  size_t units = (job->count + job->unit - 1) / job->unit;
  size_t begin = units * part / parts * job->unit, end = units * (part + 1) / parts * job->unit;
  if (end > job->count) end = job->count;
  if (begin < end) job->body(job->context, begin, end);
}

static void lb_parallel(size_t count, size_t unit, size_t grain, void *context, lb_range_body body) {
  if (count == 0) return;
  lb_use_threads();
  size_t threads = (size_t)omp_get_max_threads();
  size_t useful = grain ? count / grain : threads;
  if (useful < threads) threads = useful;
  if (threads <= 1 || omp_in_parallel()) {
    body(context, 0, count);
    return;
  }
  lb_job job = {count, unit, context, body};
  GOMP_parallel(lb_run_part, &job, (unsigned)threads, 0);
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
  return omp_get_max_threads();
}

int lb_online_cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : (int)n;
}
