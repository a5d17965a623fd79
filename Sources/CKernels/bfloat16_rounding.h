// Conversion between float and bfloat16, the upper half of a float.
#pragma once
#include "kernel.h"
#include <string.h>

LB_INLINE float lb_wide(uint16_t x) {
  uint32_t b = (uint32_t)x << 16;
  float f;
  memcpy(&f, &b, 4);
  return f;
}
// Rounds to nearest, ties to even; NaN stays NaN.
LB_INLINE uint16_t lb_narrow(float x) {
  uint32_t b;
  memcpy(&b, &x, 4);
  uint32_t rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
  return (uint16_t)((b & 0x7fffffffu) > 0x7f800000u ? ((b >> 16) | 0x40u) : rounded);
}
