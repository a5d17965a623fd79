// Batch norm over planes of channel blocks, [images, blocks, pixels, block].
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct lb_planes {
  size_t images, blocks;
  size_t count;  // scalars per plane: pixels * block
  size_t block;  // 1, 2, 4, 8 or 16 channels; or all channels, a multiple of 16 (channels last)
  bool bf16;     // scalars are bfloat16, else float
} lb_planes;
/// Arrays of blocks * block elements, one per channel.
typedef struct lb_batch_norm_channels {
  float *mean, *variance;            // given, or computed by forward
  const float *scale, *shift;
  float *factor;                     // scale / deviation, set by forward
  double *inverse;                   // 1 / deviation, set by forward
  float *_Nullable c1, *_Nullable c2;  // workspace of backward
  double *sums;                      // workspace of lb_batch_norm_sums elements
} lb_batch_norm_channels;

size_t lb_batch_norm_sums(lb_planes s);
/// y = (x - mean) * scale / deviation + shift (+ addend), then optional ReLU.
void lb_batch_norm_forward(
  lb_planes s, const void *x, const void *_Nullable addend, lb_batch_norm_channels k, float epsilon, bool given,
  bool relu, void *y);
/// With `y` (forward had both an addend and ReLU), writes dz: dy where y > 0, else 0. dx may be NULL.
void lb_batch_norm_backward(
  lb_planes s, const void *x, const void *dy, const void *_Nullable y, lb_batch_norm_channels k, bool given,
  bool relu, void *_Nullable dz, float *scale_gradient, float *shift_gradient, void *_Nullable dx);

#pragma clang assume_nonnull end
