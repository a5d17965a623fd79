#include "kernel.h"
#include <string.h>

LB_KERNEL void lb_u8_to_f32(const uint8_t *x, float scale, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (float)x[i] * scale;
}

// Round to nearest even; NaN stays NaN.
LB_KERNEL void lb_f32_to_bf16(const float *x, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    uint32_t b;
    memcpy(&b, x + i, 4);
    uint32_t rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
    y[i] = (uint16_t)(x[i] != x[i] ? ((b >> 16) | 0x40u) : rounded);
  }
}

LB_KERNEL void lb_bf16_to_f32(const uint16_t *x, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    uint32_t b = (uint32_t)x[i] << 16;
    memcpy(y + i, &b, 4);
  }
}
