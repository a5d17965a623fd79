#include "norms.h"
#include "kernel.h"
#include <math.h>

LB_KERNEL float lb_max_abs(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  float m = 0;
  int nans = 0;
  for (size_t i = 0; i < n; ++i) {
    float v = __builtin_fabsf(x[i]);
    m = v > m ? v : m;
    nans += v != v;
  }
  return nans ? __builtin_nanf("") : m;
}

LB_KERNEL static float lb_sum_abs_block(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  float s = 0;
  for (size_t i = 0; i < n; ++i) s += __builtin_fabsf(x[i]);
  return s;
}
double lb_sum_powers(const float *x, double p, size_t n) {
  double s = 0;
  if (p == 1)
    for (size_t i = 0; i < n; i += 4096) s += lb_sum_abs_block(x + i, n - i < 4096 ? n - i : 4096);
  else
    for (size_t i = 0; i < n; ++i) s += pow(fabs((double)x[i]), p);
  return s;
}
