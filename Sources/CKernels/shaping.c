#include "shaping.h"
#include "kernel.h"
#include <string.h>

// One function per element size in bytes.
#define LB_GATHER(name, type)                                                                      \
  void name(int rank, const size_t *dims, const type *x, const ptrdiff_t *strides, type *y) {      \
    size_t index[8] = {0}, inner = dims[rank - 1], rows = 1;                                       \
    ptrdiff_t s = strides[rank - 1];                                                               \
    for (int d = 0; d + 1 < rank; ++d) rows *= dims[d];                                            \
    for (size_t r = 0; r < rows; ++r) {                                                            \
      const type *p = x;                                                                           \
      for (int d = 0; d + 1 < rank; ++d) p += (ptrdiff_t)index[d] * strides[d];                    \
      if (s == 1) memcpy(y, p, inner * sizeof(type));                                              \
      else if (s == 0) for (size_t i = 0; i < inner; ++i) y[i] = p[0];                             \
      else for (size_t i = 0; i < inner; ++i) y[i] = p[(ptrdiff_t)i * s];                          \
      y += inner;                                                                                  \
      for (int d = rank - 2; d >= 0; --d) {                                                        \
        if (++index[d] < dims[d]) break;                                                           \
        index[d] = 0;                                                                              \
      }                                                                                            \
    }                                                                                              \
  }
LB_GATHER(lb_gather_strided_1, uint8_t)
LB_GATHER(lb_gather_strided_2, uint16_t)
LB_GATHER(lb_gather_strided_4, uint32_t)
LB_GATHER(lb_gather_strided_8, uint64_t)

void lb_scatter_add_strided(
  int rank, const size_t *dims, const float *x, float *y, const ptrdiff_t *strides) {
  size_t index[8] = {0}, inner = dims[rank - 1], rows = 1;
  ptrdiff_t s = strides[rank - 1];
  for (int d = 0; d + 1 < rank; ++d) rows *= dims[d];
  for (size_t r = 0; r < rows; ++r) {
    float *p = y;
    for (int d = 0; d + 1 < rank; ++d) p += (ptrdiff_t)index[d] * strides[d];
    for (size_t i = 0; i < inner; ++i) p[(ptrdiff_t)i * s] += x[i];
    x += inner;
    for (int d = rank - 2; d >= 0; --d) {
      if (++index[d] < dims[d]) break;
      index[d] = 0;
    }
  }
}
