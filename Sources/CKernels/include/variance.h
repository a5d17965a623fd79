// Mean and variance of rows of n scalars.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Mean of each row, and the sum of squared differences from it.
void lb_row_statistics(const float *x, size_t rows, size_t n, double *mean, double *squares);
/// y = squares / divisor.
void lb_row_variance(const double *squares, size_t rows, double divisor, float *y);
/// dx = dy * factor * (x - mean), with one dy per row.
void lb_variance_backward(
  const float *x, const float *dy, const double *mean, double factor, size_t rows, size_t n, float *dx);

#pragma clang assume_nonnull end
