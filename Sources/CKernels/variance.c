#include "variance.h"
#include "kernel.h"

LB_KERNEL static double lb_row_sum(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  double s = 0;
  for (size_t i = 0; i < n; ++i) s += (double)x[i];
  return s;
}
// Second of two passes in double, so that a large mean does not cancel the variance.
LB_KERNEL static double lb_row_squares(const float *x, double mean, size_t n) {
#pragma clang fp reassociate(on)
  double s = 0;
  for (size_t i = 0; i < n; ++i) s += ((double)x[i] - mean) * ((double)x[i] - mean);
  return s;
}

typedef struct { const float *x; size_t n; double *mean, *squares; } lb_statistics_job;
static void lb_statistics_range(void *context, size_t begin, size_t end) {
  const lb_statistics_job *j = context;
  for (size_t r = begin; r < end; ++r) {
    const float *x = j->x + r * j->n;
    j->mean[r] = lb_row_sum(x, j->n) / (double)j->n;
    j->squares[r] = lb_row_squares(x, j->mean[r], j->n);
  }
}
void lb_row_statistics(const float *x, size_t rows, size_t n, double *mean, double *squares) {
  lb_statistics_job job = {x, n, mean, squares};
  lb_parallel_items(rows, 2 * n, &job, lb_statistics_range);
}

void lb_row_variance(const double *squares, size_t rows, double divisor, float *y) {
  for (size_t r = 0; r < rows; ++r) y[r] = (float)(squares[r] / divisor);
}

typedef struct { const float *x, *dy; const double *mean; double factor; size_t n; float *dx; } lb_variance_job;
LB_KERNEL static void lb_variance_row(const float *restrict x, double mean, double scale, float *restrict dx, size_t n) {
  for (size_t i = 0; i < n; ++i) dx[i] = (float)(((double)x[i] - mean) * scale);
}
static void lb_variance_range(void *context, size_t begin, size_t end) {
  const lb_variance_job *j = context;
  for (size_t r = begin; r < end; ++r)
    lb_variance_row(j->x + r * j->n, j->mean[r], j->factor * j->dy[r], j->dx + r * j->n, j->n);
}
void lb_variance_backward(
  const float *x, const float *dy, const double *mean, double factor, size_t rows, size_t n, float *dx) {
  lb_variance_job job = {x, dy, mean, factor, n, dx};
  lb_parallel_items(rows, n, &job, lb_variance_range);
}
