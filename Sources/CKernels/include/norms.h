// Norms other than the Euclidean one.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// The largest absolute value; NaN if an element is NaN.
float lb_max_abs(const float *x, size_t n);
/// The sum of |x|^p, without the root.
double lb_sum_powers(const float *x, double p, size_t n);

#pragma clang assume_nonnull end
