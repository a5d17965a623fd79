// exp, log and functions derived from them, as plain arithmetic: loops over these vectorize, unlike calls of libm.
#pragma once
#include "kernel.h"
#include <math.h>

// exp in float: 2^k * p(r) with |r| <= ln2/2, relative error about 1e-7.
LB_INLINE float lb_expf(float x) {
  // Below -87.33 the result is subnormal or zero, above 88.72 infinity.
  float c = x < -87.33f ? -87.33f : (x > 88.72f ? 88.72f : x);
  float k = __builtin_rintf(c * 1.44269504088896341f);
  float r = (c - k * 0.693359375f) - k * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // Two factors, since 2^k alone overflows at k = 128.
  int ki = (int)k, half = ki / 2;
  union { int i; float f; } a = {(half + 127) << 23}, b = {(ki - half + 127) << 23};
  float y = p * a.f * b.f;
  y = x < -103.97f ? 0.0f : y;
  y = x > 88.7228f ? INFINITY : y;
  return x != x ? x : y;
}

// log for positive normal numbers: mantissa in [sqrt 1/2, sqrt 2), polynomial of degree 8; relative error about 1e-7.
LB_INLINE float lb_logf(float x) {
  union { float f; int32_t i; } u = {x};
  int32_t e = ((u.i >> 23) & 0xff) - 126;
  u.i = (u.i & 0x007fffff) | 0x3f000000;
  float m = u.f;
  int small = m < 0.70710678f;
  e -= small;
  m = (small ? m + m : m) - 1.0f;
  float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float y = p * m * z + (float)e * -2.12194440e-4f - 0.5f * z;
  return m + y + (float)e * 0.693359375f;
}

LB_INLINE float lb_sigmoidf(float x) { return 1.0f / (1.0f + lb_expf(-x)); }

// sigmoid(x) and sigmoid(-x) from one e^-|x|, without the cancellation of 1 - sigmoid(x).
typedef struct { float of_x, of_minus_x; } lb_sigmoids;
LB_INLINE lb_sigmoids lb_sigmoid_pair(float x) {
  float e = lb_expf(-__builtin_fabsf(x)), large = 1.0f / (1.0f + e), small = e * large;
  bool up = x > 0.0f;
  lb_sigmoids s = {up ? large : small, up ? small : large};
  return s;
}

// log(1 + e^x): max(x, 0) + log1p(e^-|x|). Rounding 1 + e loses the low digits of e; the factor e / (u - 1) restores them.
LB_INLINE float lb_softplusf(float x) {
  float e = lb_expf(-__builtin_fabsf(x));
  float u = 1.0f + e, d = u - 1.0f;
  float l = d > 0.0f ? lb_logf(u) * (e / d) : e;
  return (x > 0.0f ? x : 0.0f) + (x != x ? x : l);
}

// Density and cumulative distribution function of the normal distribution at x. The tail is e^(-x^2 / 2) times a
// slowly varying function, here a polynomial in 1 / (1 + 0.34 |x|) with relative error 4e-8, so that the left tail
// is accurate.
typedef struct { float density, cumulative; } lb_normal;
LB_INLINE lb_normal lb_normalf(float x) {
  float a = __builtin_fabsf(x);
  float bell = lb_expf(-0.5f * a * a);
  float t = 1.0f / (1.0f + 0.34f * a);
  float p = -5.1752876239e-2f;
  p = p * t + 2.7671414460e-1f;
  p = p * t - 5.4174207647e-1f;
  p = p * t + 3.9943518163e-1f;
  p = p * t - 8.6212552020e-2f;
  p = p * t + 2.2942719239e-1f;
  p = p * t + 2.3070340914e-1f;
  p = p * t + 2.7218445523e-1f;
  p = p * t + 2.7124315584e-1f;
  float tail = 0.5f * bell * p * t;
  lb_normal n = {0.39894228040f * bell, x > 0.0f ? 1.0f - tail : tail};
  return n;
}
