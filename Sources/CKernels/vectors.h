// Vectors of sixteen scalars, and loops over float32 or bfloat16.
#pragma once
#include "bfloat16_rounding.h"

// Wide vectors are passed only between functions that are always inlined, so their calling convention is irrelevant.
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
// The last chunk of a plane may be short; missing scalars read as 0.
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

// Defines `name`, an lb_range_body over a `job_type`: runs `statement` with the job `j`, the index `i` and the constant
// `bf16`, in one loop per scalar type, so that the type is not tested per scalar.
#define LB_BY_SCALAR_TYPE(name, job_type, is_bf16, statement)                      \
  LB_KERNEL static void name##_f32(const job_type *j, size_t begin, size_t end) {  \
    const bool bf16 = false;                                                       \
    for (size_t i = begin; i < end; ++i) statement;                                \
  }                                                                                \
  LB_KERNEL static void name##_bf16(const job_type *j, size_t begin, size_t end) { \
    const bool bf16 = true;                                                        \
    for (size_t i = begin; i < end; ++i) statement;                                \
  }                                                                                \
  static void name(void *context, size_t begin, size_t end) {                      \
    const job_type *j = context;                                                   \
    if (is_bf16) name##_bf16(j, begin, end);                                       \
    else name##_f32(j, begin, end);                                                \
  }
