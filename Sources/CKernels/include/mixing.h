// Mixtures of the items of a batch (MixUp, CutMix), and moving averages.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// y[i] = lambda[i] x[i] + (1 - lambda[i]) x[partner[i]], for items of n elements.
void lb_mix_items(const float *x, const int64_t *partner, const float *lambda, size_t items, size_t n, float *y);
/// A rectangle of the planes of an image.
typedef struct lb_box {
  size_t planes, height, width, x1, y1, x2, y2;
} lb_box;
/// y[i] = x[i] with the box of x[partner[i]].
void lb_cut_mix_items(const float *x, const int64_t *partner, lb_box box, size_t items, float *y);
/// a += weight (x - a).
void lb_lerp(float *a, const float *x, float weight, size_t n);

#pragma clang assume_nonnull end
