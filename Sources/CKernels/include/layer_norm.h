// Layer norm and group norm.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Rows of `channels` * `pixels` scalars; the channels of row r start at (r mod groups) * channels.
typedef struct lb_norm {
  size_t rows, groups, channels, pixels;
} lb_norm;
/// 1 / sqrt(squares / n + epsilon), in place.
void lb_row_inverse_deviation(double *squares, size_t rows, size_t n, double epsilon);
/// y = (x - mean) * inverse * w + b; w and b hold one element per channel of all groups, or both are NULL.
void lb_norm_forward(
  lb_norm s, const float *x, const float *_Nullable w, const float *_Nullable b, const double *mean,
  const double *inverse, float *y);
void lb_norm_backward(
  lb_norm s, const float *x, const float *dy, const float *_Nullable w, const double *mean,
  const double *inverse, float *dx);
void lb_norm_backward_weights(
  lb_norm s, const float *x, const float *dy, const double *mean, const double *inverse, float *dw, float *db);

#pragma clang assume_nonnull end
