#include "kernel.h"
#include <math.h>
#include <string.h>

// Sums of at most 4096 elements in float (reassociated, so vectorized), added up in double.
LB_KERNEL static float lb_sum_block(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  float s = 0;
  for (size_t i = 0; i < n; ++i) s += x[i];
  return s;
}
static double lb_sum_row(const float *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i += 4096) s += lb_sum_block(x + i, n - i < 4096 ? n - i : 4096);
  return s;
}
LB_KERNEL static void lb_add_row(const float *restrict x, double *restrict s, size_t n) {
  for (size_t i = 0; i < n; ++i) s[i] += x[i];
}

void lb_sum(const float *x, size_t outer, size_t middle, size_t inner, float *y) {
  if (inner == 1) {
    for (size_t o = 0; o < outer; ++o) y[o] = (float)lb_sum_row(x + o * middle, middle);
    return;
  }
  double s[1024];
  for (size_t o = 0; o < outer; ++o)
    for (size_t begin = 0; begin < inner; begin += 1024) {
      size_t n = inner - begin < 1024 ? inner - begin : 1024;
      for (size_t i = 0; i < n; ++i) s[i] = 0;
      for (size_t m = 0; m < middle; ++m) lb_add_row(x + (o * middle + m) * inner + begin, s, n);
      for (size_t i = 0; i < n; ++i) y[o * inner + begin + i] = (float)s[i];
    }
}

// The first of equals wins; a NaN wins over everything, as in PyTorch.
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

LB_KERNEL static float lb_sum_squares_block(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  float s = 0;
  for (size_t i = 0; i < n; ++i) s += x[i] * x[i];
  return s;
}
double lb_sum_squares(const float *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i += 4096) s += lb_sum_squares_block(x + i, n - i < 4096 ? n - i : 4096);
  return s;
}

void lb_softmax(const float *x, size_t rows, size_t columns, bool logarithm, float *y) {
  for (size_t r = 0; r < rows; ++r, x += columns, y += columns) {
    float top = x[0];
    for (size_t c = 1; c < columns; ++c) top = x[c] > top ? x[c] : top;
    double sum = 0;
    for (size_t c = 0; c < columns; ++c) sum += exp((double)x[c] - (double)top);
    if (logarithm) {
      double log_sum = log(sum) + (double)top;
      for (size_t c = 0; c < columns; ++c) y[c] = (float)((double)x[c] - log_sum);
    } else {
      for (size_t c = 0; c < columns; ++c) y[c] = (float)(exp((double)x[c] - (double)top) / sum);
    }
  }
}

void lb_softmax_backward(
  const float *y, const float *dy, size_t rows, size_t columns, bool logarithm, float *dx) {
  for (size_t r = 0; r < rows; ++r, y += columns, dy += columns, dx += columns) {
    double s = 0;
    for (size_t c = 0; c < columns; ++c) s += logarithm ? (double)dy[c] : (double)dy[c] * y[c];
    for (size_t c = 0; c < columns; ++c)
      dx[c] = (float)(logarithm ? (double)dy[c] - exp((double)y[c]) * s : (double)y[c] * (dy[c] - s));
  }
}

double lb_sum_doubles(const double *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; ++i) s += x[i];
  return s;
}
