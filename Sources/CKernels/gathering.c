#include "gathering.h"
#include "kernel.h"
#include <string.h>

size_t lb_first_outside(const int64_t *x, size_t n, int64_t low, int64_t high, int64_t except) {
  for (size_t i = 0; i < n; ++i)
    if ((x[i] < low || x[i] >= high) && x[i] != except) return i + 1;
  return 0;
}

void lb_index_select(
  const void *x, size_t outer, size_t middle, size_t bytes, const int64_t *index, size_t count, void *y) {
  const char *from = x;
  char *to = y;
  for (size_t o = 0; o < outer; ++o, from += middle * bytes)
    for (size_t k = 0; k < count; ++k, to += bytes) memcpy(to, from + (size_t)index[k] * bytes, bytes);
}

LB_KERNEL static void lb_add_block(const float *restrict x, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += x[i];
}
void lb_index_select_backward(
  const float *dy, size_t outer, size_t middle, size_t inner, const int64_t *index, size_t count, float *dx) {
  memset(dx, 0, outer * middle * inner * sizeof(float));
  for (size_t o = 0; o < outer; ++o, dx += middle * inner)
    for (size_t k = 0; k < count; ++k, dy += inner) lb_add_block(dy, dx + (size_t)index[k] * inner, inner);
}

// Runs `statement` for each element k of `index`; `at` is the offset of its source in x.
#define LB_ALONG(statement)                                                                        \
  size_t position[8] = {0}, count = 1;                                                             \
  for (int d = 0; d < rank; ++d) count *= dims[d];                                                 \
  for (size_t k = 0; k < count; ++k) {                                                             \
    size_t at = (size_t)index[k] * x_strides[axis];                                                \
    for (int d = 0; d < rank; ++d)                                                                 \
      if (d != axis) at += position[d] * x_strides[d];                                             \
    statement;                                                                                     \
    for (int d = rank - 1; d >= 0; --d) {                                                          \
      if (++position[d] < dims[d]) break;                                                          \
      position[d] = 0;                                                                             \
    }                                                                                              \
  }
void lb_gather_along(
  int rank, const size_t *dims, const size_t *x_strides, int axis, const int64_t *index, const float *x, float *y) {
  LB_ALONG(y[k] = x[at])
}
void lb_scatter_along(
  int rank, const size_t *dims, const size_t *x_strides, int axis, const int64_t *index, const float *dy, float *dx) {
  LB_ALONG(dx[at] += dy[k])
}
