#include "resizing.h"
#include "allocation.h"
#include "kernel.h"
#include <string.h>

// Separable resampling: along the columns of each row first, then along rows.

typedef struct {
  lb_taps rows, columns;
  const float *x;
  float *y;
  size_t h, w;
} lb_resize_job;

LB_KERNEL static void lb_add_scaled(const float *restrict x, float c, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += c * x[i];
}
LB_KERNEL static void lb_resize_row(const float *restrict x, lb_taps t, float *restrict y) {
  for (size_t j = 0; j < t.count; ++j) {
    const float *c = t.weights + j * t.width, *p = x + t.first[j];
    float s = 0;
    for (int32_t k = 0; k < t.used[j]; ++k) s += c[k] * p[k];
    y[j] = s;
  }
}
static void lb_resize_range(void *context, size_t begin, size_t end) {
  const lb_resize_job *j = context;
  size_t oh = j->rows.count, ow = j->columns.count;
  float *rows = lb_memory_allocate((j->h * ow + 1) * sizeof(float));
  if (!rows) __builtin_trap();
  for (size_t p = begin; p < end; ++p) {
    for (size_t i = 0; i < j->h; ++i) lb_resize_row(j->x + (p * j->h + i) * j->w, j->columns, rows + i * ow);
    for (size_t i = 0; i < oh; ++i) {
      float *y = j->y + (p * oh + i) * ow;
      memset(y, 0, ow * sizeof(float));
      for (int32_t k = 0; k < j->rows.used[i]; ++k)
        lb_add_scaled(rows + (size_t)(j->rows.first[i] + k) * ow, j->rows.weights[i * j->rows.width + (size_t)k], y, ow);
    }
  }
  lb_memory_free(rows, (j->h * ow + 1) * sizeof(float));
}
void lb_resize(const float *x, size_t planes, size_t h, size_t w, lb_taps rows, lb_taps columns, float *y) {
  lb_resize_job job = {rows, columns, x, y, h, w};
  lb_parallel_items(planes, 4 * (h + rows.count) * columns.count, &job, lb_resize_range);
}

static void lb_resize_backward_range(void *context, size_t begin, size_t end) {
  const lb_resize_job *j = context;
  size_t oh = j->rows.count, ow = j->columns.count;
  float *rows = lb_memory_allocate((j->h * ow + 1) * sizeof(float));
  if (!rows) __builtin_trap();
  for (size_t p = begin; p < end; ++p) {
    memset(rows, 0, j->h * ow * sizeof(float));
    for (size_t i = 0; i < oh; ++i)
      for (int32_t k = 0; k < j->rows.used[i]; ++k)
        lb_add_scaled(
          j->x + (p * oh + i) * ow, j->rows.weights[i * j->rows.width + (size_t)k],
          rows + (size_t)(j->rows.first[i] + k) * ow, ow);
    memset(j->y + p * j->h * j->w, 0, j->h * j->w * sizeof(float));
    for (size_t i = 0; i < j->h; ++i) {
      float *dx = j->y + (p * j->h + i) * j->w;
      for (size_t o = 0; o < ow; ++o) {
        float d = rows[i * ow + o];
        for (int32_t k = 0; k < j->columns.used[o]; ++k)
          dx[j->columns.first[o] + k] += j->columns.weights[o * j->columns.width + (size_t)k] * d;
      }
    }
  }
  lb_memory_free(rows, (j->h * ow + 1) * sizeof(float));
}
void lb_resize_backward(
  const float *dy, size_t planes, size_t h, size_t w, lb_taps rows, lb_taps columns, float *dx) {
  lb_resize_job job = {rows, columns, dy, dx, h, w};
  lb_parallel_items(planes, 4 * (h + rows.count) * columns.count, &job, lb_resize_backward_range);
}
