// Augmentation of one image, [planes, height, width].
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// From output coordinates in -1...1 (align_corners) to input coordinates: an affine map, then a perspective one.
typedef struct lb_warp {
  float affine[6];
  float perspective[8];
  bool has_perspective;
} lb_warp;
void lb_warp_coordinates(const lb_warp *m, size_t oh, size_t ow, float *cx, float *cy);
/// Bilinear, reflected at the centers of the border pixels, align_corners.
void lb_sample_row(
  const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n, float *y,
  size_t plane_stride);
/// x = sigmoid((logit(clamp(x)) + shift) * factor).
void lb_lighting(float *x, size_t n, float shift, float factor);
/// y = (x - mean) * inverse.
void lb_normalize(const float *x, float mean, float inverse, float *y, size_t n);
/// Interleaved bytes to planes of floats in 0...1.
void lb_u8_planes(const uint8_t *x, size_t pixels, size_t channels, float *y);

#pragma clang assume_nonnull end
