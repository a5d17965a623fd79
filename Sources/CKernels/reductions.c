#include "reductions.h"
#include "kernel.h"

// Sums of at most 4096 elements in float (reassociated, so that they vectorize), added in double.
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
