// Sixteen scalars at a time.
#pragma once
#include "bfloat16.h"

// Wide vectors are passed between functions that are always inlined, so no call ever has to agree on how.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float f32x16 __attribute__((vector_size(64)));
typedef double f64x16 __attribute__((vector_size(128)));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));

enum { lanes = 16 };

LB_INLINE f32x16 lb_load(const void *x, size_t i, bool bf16) {
  if (bf16) {
    u16x16 half;
    memcpy(&half, (const uint16_t *)x + i, sizeof half);
    u32x16 wide = __builtin_convertvector(half, u32x16) << 16;
    return (f32x16)wide;
  }
  f32x16 v;
  memcpy(&v, (const float *)x + i, sizeof v);
  return v;
}
LB_INLINE void lb_store(void *y, size_t i, f32x16 v, bool bf16) {
  if (bf16) {
    u32x16 b = (u32x16)v;
    u32x16 rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
    u32x16 isNaN = (u32x16)((b & 0x7fffffffu) > 0x7f800000u);
    rounded = (rounded & ~isNaN) | (((b >> 16) | 0x40u) & isNaN);
    u16x16 half = __builtin_convertvector(rounded, u16x16);
    memcpy((uint16_t *)y + i, &half, sizeof half);
    return;
  }
  memcpy((float *)y + i, &v, sizeof v);
}
// The last chunk of a plane may be short; what is missing reads as 0.
LB_INLINE f32x16 lb_load_part(const void *x, size_t i, size_t n, bool bf16) {
  size_t size = bf16 ? 2 : 4;
  unsigned char bytes[64] = {0};
  memcpy(bytes, (const char *)x + i * size, n * size);
  return lb_load(bytes, 0, bf16);
}
LB_INLINE void lb_store_part(void *y, size_t i, f32x16 v, size_t n, bool bf16) {
  size_t size = bf16 ? 2 : 4;
  unsigned char bytes[64];
  lb_store(bytes, 0, v, bf16);
  memcpy((char *)y + i * size, bytes, n * size);
}
LB_INLINE f32x16 lb_lanes(const float *values, size_t block) {
  f32x16 v;
  for (int l = 0; l < lanes; ++l) v[l] = values[(size_t)l % block];
  return v;
}
LB_INLINE f32x16 lb_where(i32x16 mask, f32x16 v) { return (f32x16)((i32x16)v & mask); }
