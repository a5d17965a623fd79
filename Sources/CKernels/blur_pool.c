#include "blur_pool.h"
#include "kernel.h"
#include <stdlib.h>
#include <string.h>

// A binomial filter is separable: rows are summed into one line with reflected ends, then the columns of the line into
// the output. Backward is the transpose of both sums. The line stays in the L1 cache, so an image is read once and
// written once.

#define LB_MAX_TAPS 8

typedef struct {
  lb_blur b;
  float taps[LB_MAX_TAPS];
  const float *x;
  float *y;
} lb_blur_job;

LB_INLINE size_t lb_reflected(size_t padded, size_t padding, size_t n) {
  if (padded < padding) return padding - padded;
  size_t i = padded - padding;
  return i < n ? i : 2 * (n - 1) - i;
}

// y = sum of rows[k] * taps[k].
LB_INLINE void lb_weighted_sum(
  float *restrict y, const float *const *rows, const float *taps, size_t n, const size_t count) {
  if (count == 3) {
    const float *a = rows[0], *b = rows[1], *c = rows[2], s = taps[0], t = taps[1], u = taps[2];
    for (size_t i = 0; i < n; ++i) y[i] = s * a[i] + t * b[i] + u * c[i];
    return;
  }
  for (size_t i = 0; i < n; ++i) y[i] = taps[0] * rows[0][i];
  for (size_t k = 1; k < count; ++k)
    for (size_t i = 0; i < n; ++i) y[i] += taps[k] * rows[k][i];
}

LB_INLINE void lb_add_scaled(float *restrict y, const float *x, float factor, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

LB_INLINE void lb_blur_rows(
  const lb_blur_job *j, float *line, size_t begin, size_t end, const size_t inner, const size_t taps) {
  const lb_blur b = j->b;
  const size_t n = b.width * inner, last = b.width - 1;
  float *center = line + b.padding * inner;
  for (size_t r = begin; r < end; ++r) {
    const float *plane = j->x + r / b.out_height * b.height * n, *rows[LB_MAX_TAPS];
    for (size_t k = 0; k < taps; ++k)
      rows[k] = plane + lb_reflected(r % b.out_height * b.stride + k, b.padding, b.height) * n;
    lb_weighted_sum(center, rows, j->taps, n, taps);
    for (size_t p = 1; p <= b.padding; ++p) {
      memcpy(line + (b.padding - p) * inner, center + p * inner, inner * sizeof(float));
      memcpy(center + (last + p) * inner, center + (last - p) * inner, inner * sizeof(float));
    }
    float *y = j->y + r * b.out_width * inner;
    for (size_t o = 0; o < b.out_width; ++o, y += inner) {
      for (size_t k = 0; k < taps; ++k) rows[k] = line + (o * b.stride + k) * inner;
      lb_weighted_sum(y, rows, j->taps, inner, taps);
    }
  }
}

LB_INLINE void lb_blur_planes_backward(
  const lb_blur_job *j, float *line, size_t begin, size_t end, const size_t inner, const size_t taps) {
  const lb_blur b = j->b;
  const size_t n = b.width * inner, last = b.width - 1;
  float *center = line + b.padding * inner;
  for (size_t plane = begin; plane < end; ++plane) {
    const float *dy = j->x + plane * b.out_height * b.out_width * inner;
    float *dx = j->y + plane * b.height * n;
    size_t initialized = 0;  // rows of dx written so far
    for (size_t i = 0; i < b.out_height; ++i, dy += b.out_width * inner) {
      memset(line, 0, (b.width + 2 * b.padding) * inner * sizeof(float));
      for (size_t o = 0; o < b.out_width; ++o)
        for (size_t k = 0; k < taps; ++k)
          lb_add_scaled(line + (o * b.stride + k) * inner, dy + o * inner, j->taps[k], inner);
      for (size_t p = 1; p <= b.padding; ++p) {
        lb_add_scaled(center + p * inner, line + (b.padding - p) * inner, 1.0f, inner);
        lb_add_scaled(center + (last - p) * inner, center + (last + p) * inner, 1.0f, inner);
      }
      for (size_t k = 0; k < taps; ++k) {
        size_t row = lb_reflected(i * b.stride + k, b.padding, b.height);
        for (; initialized <= row; ++initialized) memset(dx + initialized * n, 0, n * sizeof(float));
        lb_add_scaled(dx + row * n, center, j->taps[k], n);
      }
    }
    for (; initialized < b.height; ++initialized) memset(dx + initialized * n, 0, n * sizeof(float));
  }
}

// Specialized for common shapes: 3 taps, and channels in blocks of 16 or 8, or row-major.
#define LB_BLUR_SHAPES(name, pass)                                                             \
  LB_KERNEL static void name(const lb_blur_job *j, float *line, size_t begin, size_t end) {    \
    size_t inner = j->b.inner, taps = j->b.taps;                                               \
    if (taps == 3 && inner == 16) pass(j, line, begin, end, 16, 3);                            \
    else if (taps == 3 && inner == 8) pass(j, line, begin, end, 8, 3);                         \
    else if (taps == 3 && inner == 1) pass(j, line, begin, end, 1, 3);                         \
    else pass(j, line, begin, end, inner, taps);                                               \
  }
LB_BLUR_SHAPES(lb_blur_forward_shapes, lb_blur_rows)
LB_BLUR_SHAPES(lb_blur_backward_shapes, lb_blur_planes_backward)

static float *lb_blur_line(const lb_blur *b) {
  float *line = malloc((b->width + 2 * b->padding) * b->inner * sizeof(float));
  if (!line) abort();
  return line;
}

static void lb_blur_forward_range(void *context, size_t begin, size_t end) {
  const lb_blur_job *j = context;
  float *line = lb_blur_line(&j->b);
  lb_blur_forward_shapes(j, line, begin, end);
  free(line);
}

// lb_parallel_for splits at multiples of 16, so each plane counts as 16 elements.
static void lb_blur_backward_range(void *context, size_t begin, size_t end) {
  const lb_blur_job *j = context;
  float *line = lb_blur_line(&j->b);
  lb_blur_backward_shapes(j, line, begin / 16, end / 16);
  free(line);
}

static lb_blur_job lb_blur_prepared(lb_blur b, const float *x, float *y) {
  lb_blur_job job = {b, {0}, x, y};
  // Row `taps - 1` of Pascal's triangle divided by its sum; exact, since the sum is a power of two.
  double choose = 1, sum = (double)(1u << (b.taps - 1));
  for (size_t k = 0; k < b.taps; ++k) {
    job.taps[k] = (float)(choose / sum);
    choose = choose * (double)(b.taps - 1 - k) / (double)(k + 1);
  }
  return job;
}

void lb_blur_forward(lb_blur b, const float *x, float *y) {
  lb_blur_job job = lb_blur_prepared(b, x, y);
  lb_parallel_for(
    b.planes * b.out_height, LB_GRAIN / (b.width * b.inner * b.stride) + 1, &job, lb_blur_forward_range);
}

void lb_blur_backward(lb_blur b, const float *dy, float *dx) {
  lb_blur_job job = lb_blur_prepared(b, dy, dx);
  lb_parallel_for(
    b.planes * 16, (LB_GRAIN / (b.height * b.width * b.inner) + 1) * 16, &job, lb_blur_backward_range);
}
