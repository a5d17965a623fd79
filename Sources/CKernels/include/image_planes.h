// Augmentation of one image, [planes, height, width].
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// From output coordinates in -1...1 to input coordinates: an affine map, then a perspective one. -1 and 1 are the centers
/// of the outermost pixels (align_corners), or with half_pixels their outer edges.
typedef struct lb_warp {
  float affine[6];
  float perspective[8];
  bool has_perspective, half_pixels;
} lb_warp;
void lb_warp_coordinates(const lb_warp *m, size_t oh, size_t ow, float *cx, float *cy);
/// Bilinear, reflected at the centers of the border pixels, align_corners; row by row, so that no coordinates are kept.
void lb_warp_image(
  const lb_warp *m, const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y);
typedef enum lb_sampling_pad { LB_SAMPLE_ZEROS, LB_SAMPLE_BORDER, LB_SAMPLE_REFLECTION } lb_sampling_pad;
typedef struct lb_sampling {
  lb_sampling_pad padding;
  bool nearest, half_pixels;
} lb_sampling;
/// Samples n pixels at coordinates in -1...1, with any padding, nearest or bilinear; half_pixels: not align_corners.
void lb_sample_row_as(
  lb_sampling m, const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n,
  float *y, size_t plane_stride);
/// x = sigmoid((logit(clamp(x)) + shift) * factor).
void lb_lighting(float *x, size_t n, float shift, float factor);
/// With l = logit(clamp(x)) + shift of red, green and blue: x = sigmoid(l * factor + luma(l) * gray).
void lb_lighting_rgb(float *x, size_t pixels, float shift, float factor, float gray);
/// Adds to the hue of red, green and blue planes, in turns.
void lb_shift_hue(float *x, size_t pixels, float shift);
/// y = (x - mean) * inverse.
void lb_normalize(const float *x, float mean, float inverse, float *y, size_t n);
/// Interleaved bytes to planes of floats in 0...1.
void lb_u8_planes(const uint8_t *x, size_t pixels, size_t channels, float *y);

#pragma clang assume_nonnull end
