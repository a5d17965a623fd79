// Strided pixels of channels-last images, for 1x1 convolutions.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Every `rows_step`-th row and `columns_step`-th column; `bytes` is the size of a pixel.
typedef struct lb_pixel_grid {
  size_t images, height, width, rows_step, columns_step, out_height, out_width, bytes;
} lb_pixel_grid;
/// Copies the pixels of the grid from x, [images, height, width], to y, [images, out_height, out_width].
void lb_gather_pixels(lb_pixel_grid g, const void *x, void *y);
/// The adjoint: copies y to the pixels of the grid in x, and zeros to all others.
void lb_scatter_pixels(lb_pixel_grid g, const void *y, void *x);

#pragma clang assume_nonnull end
