// Gathering along one dimension by valid indices.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// y[o, k] = x[o, index[k]]; x is [outer, middle, inner], y is [outer, count, inner], `bytes` is the size of `inner`.
void lb_index_select(
  const void *x, size_t outer, size_t middle, size_t bytes, const int64_t *index, size_t count, void *y);
/// The adjoint: dx[o, index[k]] += dy[o, k].
void lb_index_select_backward(
  const float *dy, size_t outer, size_t middle, size_t inner, const int64_t *index, size_t count, float *dx);
/// y has the dimensions of `index`; y[i] is x at the same position, with `index[i]` along `axis`.
void lb_gather_along(
  int rank, const size_t *dims, const size_t *x_strides, int axis, const int64_t *index, const float *x, float *y);
/// The adjoint: adds dy into `dx`.
void lb_scatter_along(
  int rank, const size_t *dims, const size_t *x_strides, int axis, const int64_t *index, const float *dy, float *dx);
/// 0 if all of `x` are in low ..< high or equal `except`; otherwise the index of the first that is not, plus one.
size_t lb_first_outside(const int64_t *x, size_t n, int64_t low, int64_t high, int64_t except);

#pragma clang assume_nonnull end
