// Sampling of images at a grid of coordinates, and affine grids.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef enum lb_grid_padding { LB_GRID_ZEROS, LB_GRID_BORDER, LB_GRID_REFLECTION } lb_grid_padding;
typedef struct lb_grid_mode {
  lb_grid_padding padding;
  bool nearest, align_corners;
} lb_grid_mode;
/// One output pixel: the four input pixels (row by row, -1 if outside), the weights of the right and lower ones, and
/// the derivatives of the pixel coordinates with respect to the grid.
typedef struct lb_grid_sample {
  int32_t at[4];
  float ax, ay, sx, sy;
} lb_grid_sample;
void lb_grid_samples(lb_grid_mode m, const float *grid, size_t points, size_t h, size_t w, lb_grid_sample *out);
/// x is [batch, channels, pixels], y is [batch, channels, points], samples is [batch, points].
void lb_grid_sample_forward(
  const lb_grid_sample *samples, const float *x, size_t batch, size_t channels, size_t pixels, size_t points,
  float *y);
void lb_grid_sample_backward(
  const lb_grid_sample *samples, const float *dy, size_t batch, size_t channels, size_t pixels, size_t points,
  float *dx);
void lb_grid_sample_backward_grid(
  const lb_grid_sample *samples, const float *x, const float *dy, size_t batch, size_t channels, size_t pixels,
  size_t points, float *dgrid);
/// theta is [batch, 2, 3], grid is [batch, h, w, 2].
void lb_affine_grid(const float *theta, size_t batch, size_t h, size_t w, bool align_corners, float *grid);
void lb_affine_grid_backward(
  const float *dgrid, size_t batch, size_t h, size_t w, bool align_corners, float *dtheta);

#pragma clang assume_nonnull end
