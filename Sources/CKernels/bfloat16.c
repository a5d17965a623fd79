#include "kernel.h"
#include <string.h>

// A bfloat16 is the upper half of a float; its sign and order are those of a 16-bit integer's bits.

LB_INLINE float lb_wide(uint16_t x) {
  uint32_t b = (uint32_t)x << 16;
  float f;
  memcpy(&f, &b, 4);
  return f;
}
LB_INLINE uint16_t lb_narrow(float x) {
  uint32_t b;
  memcpy(&b, &x, 4);
  uint32_t rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
  return (uint16_t)((b & 0x7fffffffu) > 0x7f800000u ? ((b >> 16) | 0x40u) : rounded);
}

typedef struct { const uint16_t *a, *b; uint16_t *y; } lb_bf16_job;

LB_KERNEL static void lb_relu_bf16_loop(const uint16_t *x, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (int16_t)x[i] < 0 ? 0 : x[i];
}
LB_KERNEL static void lb_relu_mask_bf16_loop(
  const uint16_t *y, const uint16_t *dy, uint16_t *dx, size_t n) {
  for (size_t i = 0; i < n; ++i) dx[i] = (int16_t)y[i] > 0 ? dy[i] : 0;
}
LB_KERNEL static void lb_add_bf16_loop(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = lb_narrow(lb_wide(a[i]) + lb_wide(b[i]));
}
// In place: said to the compiler, which would otherwise take the buffers for overlapping ones.
LB_KERNEL static void lb_accumulate_bf16_loop(const uint16_t *restrict x, uint16_t *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = lb_narrow(lb_wide(x[i]) + lb_wide(y[i]));
}
LB_KERNEL static void lb_add_relu_bf16_loop(
  const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    float s = lb_wide(a[i]) + lb_wide(b[i]);
    y[i] = lb_narrow(s > 0 ? s : 0);
  }
}

static void lb_relu_bf16_range(void *c, size_t begin, size_t end) {
  lb_bf16_job *j = c;
  lb_relu_bf16_loop(j->a + begin, j->y + begin, end - begin);
}
static void lb_relu_mask_bf16_range(void *c, size_t begin, size_t end) {
  lb_bf16_job *j = c;
  lb_relu_mask_bf16_loop(j->a + begin, j->b + begin, j->y + begin, end - begin);
}
static void lb_add_bf16_range(void *c, size_t begin, size_t end) {
  lb_bf16_job *j = c;
  lb_add_bf16_loop(j->a + begin, j->b + begin, j->y + begin, end - begin);
}
static void lb_accumulate_bf16_range(void *c, size_t begin, size_t end) {
  lb_bf16_job *j = c;
  lb_accumulate_bf16_loop(j->a + begin, j->y + begin, end - begin);
}
static void lb_add_relu_bf16_range(void *c, size_t begin, size_t end) {
  lb_bf16_job *j = c;
  lb_add_relu_bf16_loop(j->a + begin, j->b + begin, j->y + begin, end - begin);
}

void lb_relu_bf16(const uint16_t *x, uint16_t *y, size_t n) {
  lb_bf16_job job = {x, x, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_relu_bf16_range);
}
void lb_relu_mask_bf16(const uint16_t *y, const uint16_t *dy, uint16_t *dx, size_t n) {
  lb_bf16_job job = {y, dy, dx};
  lb_parallel_for(n, LB_GRAIN, &job, lb_relu_mask_bf16_range);
}
void lb_add_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) {
  lb_bf16_job job = {a, b, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_add_bf16_range);
}
void lb_accumulate_bf16(const uint16_t *x, uint16_t *y, size_t n) {
  lb_bf16_job job = {x, x, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_accumulate_bf16_range);
}
void lb_add_relu_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) {
  lb_bf16_job job = {a, b, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_add_relu_bf16_range);
}
