#include "pointwise_convolution.h"
#include "kernel.h"
#include <string.h>

typedef struct {
  lb_pixel_grid g;
  const char *x;
  char *y;
} lb_grid_job;

static void lb_gather_rows(void *context, size_t begin, size_t end) {
  const lb_grid_job *j = context;
  const lb_pixel_grid g = j->g;
  for (size_t row = begin; row < end; ++row) {
    size_t image = row / g.out_height, from = image * g.height + row % g.out_height * g.rows_step;
    const char *x = j->x + from * g.width * g.bytes;
    char *y = j->y + row * g.out_width * g.bytes;
    for (size_t i = 0; i < g.out_width; ++i) memcpy(y + i * g.bytes, x + i * g.columns_step * g.bytes, g.bytes);
  }
}

void lb_gather_pixels(lb_pixel_grid g, const void *x, void *y) {
  lb_grid_job job = {g, x, y};
  lb_parallel_items(g.images * g.out_height, g.out_width * g.bytes / 4, &job, lb_gather_rows);
}

static void lb_scatter_rows(void *context, size_t begin, size_t end) {
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

void lb_scatter_pixels(lb_pixel_grid g, const void *y, void *x) {
  lb_grid_job job = {g, y, x};
  lb_parallel_items(g.images * g.height, g.width * g.bytes / 4, &job, lb_scatter_rows);
}
