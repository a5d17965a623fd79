#include "extrema.h"
#include "kernel.h"
#include <string.h>

// Ties keep the first element and NaN wins, as in PyTorch.
LB_INLINE bool lb_beats(float v, float best, bool minimum) {
  return (minimum ? v < best : v > best) || (v != v && best == best);
}
LB_KERNEL static void lb_extremum_rows(
  const float *restrict x, int64_t m, float *restrict y, int64_t *restrict index, size_t n, bool minimum) {
  for (size_t i = 0; i < n; ++i) {
    bool better = lb_beats(x[i], y[i], minimum);
    y[i] = better ? x[i] : y[i];
    index[i] = better ? m : index[i];
  }
}
void lb_extremum(
  const float *x, size_t outer, size_t middle, size_t inner, bool minimum, float *y, int64_t *index) {
  for (size_t o = 0; o < outer; ++o, y += inner, index += inner) {
    const float *p = x + o * middle * inner;
    for (size_t i = 0; i < inner; ++i) {
      y[i] = p[i];
      index[i] = 0;
    }
    if (inner > 1) {
      for (size_t m = 1; m < middle; ++m) lb_extremum_rows(p + m * inner, (int64_t)m, y, index, inner, minimum);
      continue;
    }
    for (size_t m = 1; m < middle; ++m)
      if (lb_beats(p[m], y[0], minimum)) {
        y[0] = p[m];
        index[0] = (int64_t)m;
      }
  }
}
void lb_extremum_backward(
  const float *dy, const int64_t *index, size_t outer, size_t middle, size_t inner, float *dx) {
  memset(dx, 0, outer * middle * inner * sizeof(float));
  for (size_t o = 0; o < outer; ++o)
    for (size_t i = 0; i < inner; ++i)
      dx[(o * middle + (size_t)index[o * inner + i]) * inner + i] = dy[o * inner + i];
}

void lb_shared_extremum(const float *x, size_t rows, size_t n, bool minimum, float *y) {
  for (size_t r = 0; r < rows; ++r, x += n) {
    float best = x[0];
    for (size_t i = 1; i < n && best == best; ++i) best = (minimum ? x[i] < best : x[i] > best) || x[i] != x[i] ? x[i] : best;
    y[r] = best;
  }
}
void lb_shared_extremum_backward(
  const float *x, const float *y, const float *dy, size_t rows, size_t n, float *dx) {
  for (size_t r = 0; r < rows; ++r, x += n, dx += n) {
    size_t equals = 0;
    bool none = y[r] != y[r];
    for (size_t i = 0; i < n; ++i) equals += none ? x[i] != x[i] : x[i] == y[r];
    float share = dy[r] / (float)equals;
    for (size_t i = 0; i < n; ++i) dx[i] = (none ? x[i] != x[i] : x[i] == y[r]) ? share : 0.0f;
  }
}
