#define _GNU_SOURCE
#include "normals.h"
#include "kernel.h"
#include <math.h>

// splitmix64 is counter-based: pair i does not depend on the pairs before it. The arithmetic is that of RandomSource,
// in the same order, so the numbers are bitwise equal.
LB_INLINE double lb_uniform(uint64_t state) {
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z = z ^ (z >> 31);
  return (double)(z >> 11) * 0x1p-53;
}

typedef struct { uint64_t state; double deviation; float *y; size_t n; } lb_normals_job;
static void lb_normals_range(void *context, size_t begin, size_t end) {
  const lb_normals_job *j = context;
  const uint64_t step = 0x9E3779B97F4A7C15u;
  for (size_t pair = begin; pair < end; ++pair) {
    double u = lb_uniform(j->state + (2 * pair + 1) * step);
    double v = lb_uniform(j->state + (2 * pair + 2) * step);
    double radius = sqrt(-2 * log(1 - u)), angle = 2 * 3.14159265358979323846 * v, sine, cosine;
    sincos(angle, &sine, &cosine);
    j->y[2 * pair] = (float)(radius * cosine * j->deviation);
    if (2 * pair + 1 < j->n) j->y[2 * pair + 1] = (float)(radius * sine * j->deviation);
  }
}

void lb_normals(uint64_t state, double deviation, float *y, size_t n) {
  lb_normals_job job = {state, deviation, y, n};
  lb_parallel_for((n + 1) / 2, 1024, &job, lb_normals_range);
}
