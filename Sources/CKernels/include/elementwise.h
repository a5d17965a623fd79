// Functions of each scalar.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef enum lb_unary {
  LB_EXP, LB_LOG, LB_SQRT, LB_SIGMOID, LB_TANH, LB_SQUARE, LB_ABS
} lb_unary;
void lb_unary_forward(lb_unary op, const float *x, float *y, size_t n);
/// dx = dy * f'(x), given y = f(x).
void lb_unary_backward(lb_unary op, const float *x, const float *y, const float *dy, float *dx, size_t n);

/// y = max(x, 0).
void lb_relu(const float *x, float *y, size_t n);
/// y = max(a + b, 0).
void lb_add_relu(const float *a, const float *b, float *y, size_t n);
/// dx = dy where y > 0, else 0.
void lb_relu_mask(const float *y, const float *dy, float *dx, size_t n);
void lb_fill(float *y, float value, size_t n);
/// 0 if all are finite, otherwise the index of the first NaN or infinity, plus one.
size_t lb_first_not_finite(const float *x, size_t n);

#pragma clang assume_nonnull end
