// Activation functions with up to two parameters, `a` and `b`.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef enum lb_activation {
  LB_LEAKY_RELU, LB_ELU, LB_GELU, LB_GELU_TANH, LB_SILU, LB_SOFTPLUS, LB_HARDSWISH, LB_CLAMP, LB_SMOOTH_L1
} lb_activation;
void lb_activation_forward(lb_activation op, const float *x, float a, float b, float *y, size_t n);
/// dx = dy * f'(x).
void lb_activation_backward(
  lb_activation op, const float *x, const float *dy, float a, float b, float *dx, size_t n);

#pragma clang assume_nonnull end
