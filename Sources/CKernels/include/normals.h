// Normally distributed random numbers.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The next `n` normal numbers of a splitmix64 stream (Box-Muller, two per pair of outputs), times `deviation`.
void lb_normals(uint64_t state, double deviation, float *y, size_t n);

#pragma clang assume_nonnull end
