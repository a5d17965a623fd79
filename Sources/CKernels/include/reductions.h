// Sums.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// x is [outer, middle, inner], y is [outer, inner].
void lb_sum(const float *x, size_t outer, size_t middle, size_t inner, float *y);
double lb_sum_squares(const float *x, size_t n);

#pragma clang assume_nonnull end
