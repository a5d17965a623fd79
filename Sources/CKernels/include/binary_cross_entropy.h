// Binary cross entropy with logits.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// y = w * ((1 - t) * log(1 + e^x) + p * t * log(1 + e^-x)); w and p may be NULL, meaning 1.
void lb_bce_forward(
  const float *x, const float *t, const float *_Nullable w, const float *_Nullable p, float *y, size_t n);
void lb_bce_backward(
  const float *x, const float *t, const float *_Nullable w, const float *_Nullable p, const float *dy, float *dx,
  size_t n);

#pragma clang assume_nonnull end
