// Separable resampling of row-major images, [planes, height, width].
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Output i is the sum of weights[i * width + k] * x[first[i] + k] over k < used[i].
typedef struct lb_taps {
  size_t count, width;
  const int32_t *first, *used;
  const float *weights;
} lb_taps;
void lb_resize(const float *x, size_t planes, size_t h, size_t w, lb_taps rows, lb_taps columns, float *y);
void lb_resize_backward(
  const float *dy, size_t planes, size_t h, size_t w, lb_taps rows, lb_taps columns, float *dx);

#pragma clang assume_nonnull end
