// Binomial blur with a stride.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// x is [planes, height, width, inner], reflected at the border by `padding` on every side;
/// y is [planes, out_height, out_width, inner].
typedef struct lb_blur {
  size_t planes, height, width, inner, out_height, out_width;
  /// Length of the binomial filter, 2 to 8.
  size_t taps;
  size_t stride, padding;
} lb_blur;
void lb_blur_forward(lb_blur b, const float *x, float *y);
/// The adjoint; writes every element of dx.
void lb_blur_backward(lb_blur b, const float *dy, float *dx);

#pragma clang assume_nonnull end
