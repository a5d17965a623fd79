// Padding of row-major images, [planes, height, width].
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// y[i, j] = x[rows[i], columns[j]], or `value` if either index is negative.
void lb_pad(
  const float *x, size_t planes, size_t h, size_t w, const int32_t *rows, size_t oh, const int32_t *columns,
  size_t ow, float value, float *y);
void lb_pad_backward(
  const float *dy, size_t planes, size_t h, size_t w, const int32_t *rows, size_t oh, const int32_t *columns,
  size_t ow, float *dx);

#pragma clang assume_nonnull end
