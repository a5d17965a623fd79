// Binary operations with broadcasting.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef enum lb_binary { LB_ADD, LB_SUBTRACT, LB_MULTIPLY, LB_DIVIDE } lb_binary;
void lb_binary_same(lb_binary op, const float *a, const float *b, float *y, size_t n);
void lb_binary_scalar(lb_binary op, const float *a, float b, bool scalar_first, float *y, size_t n);
/// Row-major `y` of `rank` (at most 8) dimensions; strides in elements, 0 where an operand is broadcast.
void lb_binary_broadcast(
  lb_binary op, int rank, const size_t *dims, const float *a, const size_t *a_strides,
  const float *b, const size_t *b_strides, float *y);
/// y = y + x.
void lb_accumulate(const float *x, float *y, size_t n);
/// y = x * factor.
void lb_scale(const float *x, float factor, float *y, size_t n);

#pragma clang assume_nonnull end
