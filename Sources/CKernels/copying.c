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

typedef struct {
  lb_pixel_grid g;
  const char *x;
  char *y;
} lb_grid_job;

static void lb_pick_rows(void *context, size_t begin, size_t end) {
  const lb_grid_job *j = context;
  const lb_pixel_grid g = j->g;
  for (size_t row = begin; row < end; ++row) {
    size_t image = row / g.out_height, from = image * g.height + row % g.out_height * g.rows_step;
    const char *x = j->x + from * g.width * g.bytes;
    char *y = j->y + row * g.out_width * g.bytes;
    for (size_t i = 0; i < g.out_width; ++i) memcpy(y + i * g.bytes, x + i * g.columns_step * g.bytes, g.bytes);
  }
}

void lb_pick_pixels(lb_pixel_grid g, const void *x, void *y) {
  lb_grid_job job = {g, x, y};
  lb_parallel_items(g.images * g.out_height, g.out_width * g.bytes / 4, &job, lb_pick_rows);
}

static void lb_place_rows(void *context, size_t begin, size_t end) {
  const lb_grid_job *j = context;
  const lb_pixel_grid g = j->g;
  for (size_t row = begin; row < end; ++row) {
    size_t image = row / g.height, at = row % g.height / g.rows_step;
    char *y = j->y + row * g.width * g.bytes;
    memset(y, 0, g.width * g.bytes);
    if (row % g.height % g.rows_step || at >= g.out_height) continue;
    const char *x = j->x + (image * g.out_height + at) * g.out_width * g.bytes;
    for (size_t i = 0; i < g.out_width; ++i) memcpy(y + i * g.columns_step * g.bytes, x + i * g.bytes, g.bytes);
  }
}

void lb_place_pixels(lb_pixel_grid g, const void *y, void *x) {
  lb_grid_job job = {g, y, x};
  lb_parallel_items(g.images * g.height, g.width * g.bytes / 4, &job, lb_place_rows);
}
