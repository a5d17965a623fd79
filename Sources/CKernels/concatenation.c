#include "concatenation.h"
#include "kernel.h"
#include <string.h>

typedef struct {
  const char *x;
  char *y;
  size_t x_stride, y_stride, bytes;
} lb_runs_job;

static void lb_copy_runs_range(void *context, size_t begin, size_t end) {
  const lb_runs_job *j = context;
  while (begin < end) {
    size_t run = begin / j->bytes, at = begin % j->bytes, n = j->bytes - at;
    if (n > end - begin) n = end - begin;
    memcpy(j->y + run * j->y_stride + at, j->x + run * j->x_stride + at, n);
    begin += n;
  }
}

void lb_copy_runs(
  const void *x, size_t x_stride, void *y, size_t y_stride, size_t bytes, size_t count) {
  lb_runs_job job = {x, y, x_stride, y_stride, bytes};
  lb_parallel_for(bytes * count, LB_GRAIN * sizeof(float), &job, lb_copy_runs_range);
}
