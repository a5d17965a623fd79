// Strided copies; one function per element size in bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Gathers `x` at sum(index * stride) into row-major `y` of `rank` dimensions. Strides in elements, may be negative.
void lb_gather_strided_1(
  int rank, const size_t *dims, const uint8_t *x, const ptrdiff_t *strides, uint8_t *y);
void lb_gather_strided_2(
  int rank, const size_t *dims, const uint16_t *x, const ptrdiff_t *strides, uint16_t *y);
void lb_gather_strided_4(
  int rank, const size_t *dims, const uint32_t *x, const ptrdiff_t *strides, uint32_t *y);
void lb_gather_strided_8(
  int rank, const size_t *dims, const uint64_t *x, const ptrdiff_t *strides, uint64_t *y);
/// The adjoint: adds every element of row-major `x` to `y` at sum(index * stride).
void lb_scatter_add_strided(
  int rank, const size_t *dims, const float *x, float *y, const ptrdiff_t *strides);

#pragma clang assume_nonnull end
