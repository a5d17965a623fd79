// Max pooling of images with channels innermost, [planes, height, width, inner], inner a multiple of 16.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct lb_max_pool {
  size_t planes, height, width, inner, out_height, out_width;
  size_t rows, columns;             // kernel size; at most 256 taps
  size_t rows_step, columns_step;   // stride
  size_t top, left;                 // padding
  bool bf16;                        // scalars are bfloat16, else float
} lb_max_pool;
/// `taps` (may be NULL) receives the winning tap of each output, numbered row by row within its window.
void lb_max_pool_forward(lb_max_pool w, const void *x, void *y, uint8_t *_Nullable taps);
void lb_max_pool_backward(lb_max_pool w, const void *dy, const uint8_t *taps, void *dx);

#pragma clang assume_nonnull end
