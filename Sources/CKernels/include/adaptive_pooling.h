// Adaptive pooling of row-major images, [planes, height, width].
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

void lb_adaptive_average(const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y);
void lb_adaptive_average_backward(
  const float *dy, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *dx);
void lb_adaptive_max(
  const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y, int32_t *index);
void lb_adaptive_max_backward(
  const float *dy, const int32_t *index, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *dx);

#pragma clang assume_nonnull end
