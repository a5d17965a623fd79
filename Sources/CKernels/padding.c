#include "padding.h"
#include "kernel.h"
#include <string.h>

// One table per axis: the source of each output row or column, or -1 for the constant value.

typedef struct {
  const float *x;
  float *y, value;
  size_t h, w, oh, ow;
  const int32_t *rows, *columns;
} lb_pad_job;
static void lb_pad_range(void *context, size_t begin, size_t end) {
  const lb_pad_job *j = context;
  for (size_t r = begin; r < end; ++r) {
    size_t p = r / j->oh, i = r % j->oh;
    const float *x = j->x + (p * j->h + (size_t)(j->rows[i] < 0 ? 0 : j->rows[i])) * j->w;
    float *y = j->y + r * j->ow;
    if (j->rows[i] < 0) for (size_t k = 0; k < j->ow; ++k) y[k] = j->value;
    else for (size_t k = 0; k < j->ow; ++k) y[k] = j->columns[k] < 0 ? j->value : x[j->columns[k]];
  }
}
void lb_pad(
  const float *x, size_t planes, size_t h, size_t w, const int32_t *rows, size_t oh, const int32_t *columns,
  size_t ow, float value, float *y) {
  lb_pad_job job = {x, y, value, h, w, oh, ow, rows, columns};
  lb_parallel_items(planes * oh, ow, &job, lb_pad_range);
}
static void lb_pad_backward_range(void *context, size_t begin, size_t end) {
  const lb_pad_job *j = context;
  for (size_t p = begin; p < end; ++p) {
    float *dx = j->y + p * j->h * j->w;
    memset(dx, 0, j->h * j->w * sizeof(float));
    for (size_t i = 0; i < j->oh; ++i) {
      if (j->rows[i] < 0) continue;
      const float *dy = j->x + (p * j->oh + i) * j->ow;
      float *row = dx + (size_t)j->rows[i] * j->w;
      for (size_t k = 0; k < j->ow; ++k)
        if (j->columns[k] >= 0) row[j->columns[k]] += dy[k];
    }
  }
}
void lb_pad_backward(
  const float *dy, size_t planes, size_t h, size_t w, const int32_t *rows, size_t oh, const int32_t *columns,
  size_t ow, float *dx) {
  lb_pad_job job = {dy, dx, 0, h, w, oh, ow, rows, columns};
  lb_parallel_items(planes, oh * ow, &job, lb_pad_backward_range);
}
