// Softmax and log-softmax over the columns of each row.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

void lb_softmax(const float *x, size_t rows, size_t columns, bool logarithm, float *y);
/// dx from the output y.
void lb_softmax_backward(
  const float *y, const float *dy, size_t rows, size_t columns, bool logarithm, float *dx);

#pragma clang assume_nonnull end
