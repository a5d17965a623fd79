// Maxima and minima.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The extremum over `middle` and the index of its first occurrence; x is [outer, middle, inner], y is [outer, inner].
void lb_extremum(
  const float *x, size_t outer, size_t middle, size_t inner, bool minimum, float *y, int64_t *index);
void lb_extremum_backward(
  const float *dy, const int64_t *index, size_t outer, size_t middle, size_t inner, float *dx);
/// The extremum of each row; in backward, equal values share the gradient.
void lb_shared_extremum(const float *x, size_t rows, size_t n, bool minimum, float *y);
void lb_shared_extremum_backward(
  const float *x, const float *y, const float *dy, size_t rows, size_t n, float *dx);

#pragma clang assume_nonnull end
