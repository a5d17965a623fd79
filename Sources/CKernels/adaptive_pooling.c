#include "adaptive_pooling.h"
#include "kernel.h"
#include <string.h>

// The window of output i: floor(i * n / out) ..< ceil((i + 1) * n / out).
LB_INLINE size_t lb_start(size_t i, size_t n, size_t out) { return i * n / out; }
LB_INLINE size_t lb_end(size_t i, size_t n, size_t out) { return ((i + 1) * n + out - 1) / out; }

void lb_adaptive_average(
  const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y) {
  for (size_t p = 0; p < planes; ++p, x += h * w)
    for (size_t i = 0; i < oh; ++i)
      for (size_t j = 0; j < ow; ++j) {
        size_t r0 = lb_start(i, h, oh), r1 = lb_end(i, h, oh), c0 = lb_start(j, w, ow), c1 = lb_end(j, w, ow);
        double s = 0;
        for (size_t r = r0; r < r1; ++r)
          for (size_t c = c0; c < c1; ++c) s += x[r * w + c];
        *y++ = (float)(s / (double)((r1 - r0) * (c1 - c0)));
      }
}

void lb_adaptive_average_backward(
  const float *dy, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *dx) {
  memset(dx, 0, planes * h * w * sizeof(float));
  for (size_t p = 0; p < planes; ++p, dx += h * w)
    for (size_t i = 0; i < oh; ++i)
      for (size_t j = 0; j < ow; ++j) {
        size_t r0 = lb_start(i, h, oh), r1 = lb_end(i, h, oh), c0 = lb_start(j, w, ow), c1 = lb_end(j, w, ow);
        float g = *dy++ / (float)((r1 - r0) * (c1 - c0));
        for (size_t r = r0; r < r1; ++r)
          for (size_t c = c0; c < c1; ++c) dx[r * w + c] += g;
      }
}

void lb_adaptive_max(
  const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y, int32_t *index) {
  for (size_t p = 0; p < planes; ++p, x += h * w)
    for (size_t i = 0; i < oh; ++i)
      for (size_t j = 0; j < ow; ++j) {
        size_t r0 = lb_start(i, h, oh), r1 = lb_end(i, h, oh), c0 = lb_start(j, w, ow), c1 = lb_end(j, w, ow);
        float best = x[r0 * w + c0];
        size_t at = r0 * w + c0;
        for (size_t r = r0; r < r1; ++r)
          for (size_t c = c0; c < c1; ++c) {
            float v = x[r * w + c];
            if (best == best && (v > best || v != v)) {
              best = v;
              at = r * w + c;
            }
          }
        *y++ = best;
        *index++ = (int32_t)at;
      }
}

void lb_adaptive_max_backward(
  const float *dy, const int32_t *index, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *dx) {
  memset(dx, 0, planes * h * w * sizeof(float));
  for (size_t p = 0; p < planes; ++p, dx += h * w)
    for (size_t i = 0; i < oh * ow; ++i) dx[*index++] += *dy++;
}
