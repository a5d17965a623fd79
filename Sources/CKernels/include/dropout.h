// Dropout masks.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// From the next `n` outputs of a splitmix64 stream: 0 where the number in [0, 1) is below `p`, else 1.
void lb_dropout_mask(uint64_t state, double p, uint8_t *mask, size_t n);
/// y = float(x * scale) where the mask is not 0, else 0.
void lb_mask_scale(const float *x, const uint8_t *mask, double scale, float *y, size_t n);

#pragma clang assume_nonnull end
