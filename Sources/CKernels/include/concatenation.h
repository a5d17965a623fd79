// Copies of strided runs of bytes.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Copies `count` runs of `bytes` bytes each; runs are `x_stride` bytes apart in x and `y_stride` bytes in y.
void lb_copy_runs(
  const void *x, size_t x_stride, void *y, size_t y_stride, size_t bytes, size_t count);

#pragma clang assume_nonnull end
