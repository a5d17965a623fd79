#include "dropout.h"
#include "kernel.h"

// splitmix64 is counter-based: output i does not depend on the outputs before it. Keeps a scalar if the 53-bit number
// in [0, 1) is not below p.
LB_KERNEL static void lb_dropout_draws(uint64_t state, uint64_t limit, uint8_t *restrict mask, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    uint64_t z = state + (i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z = z ^ (z >> 31);
    mask[i] = (z >> 11) >= limit;
  }
}

typedef struct { uint64_t state, limit; uint8_t *mask; } lb_dropout_job;
static void lb_dropout_range(void *context, size_t begin, size_t end) {
  const lb_dropout_job *j = context;
  lb_dropout_draws(
    j->state + begin * 0x9E3779B97F4A7C15u, j->limit, j->mask + begin, end - begin);
}
void lb_dropout_mask(uint64_t state, double p, uint8_t *mask, size_t n) {
  // u < p for u = k 2^-53 exactly where k < ceil(p 2^53).
  lb_dropout_job job = {state, (uint64_t)__builtin_ceil(p * 9007199254740992.0), mask};
  lb_parallel_for(n, LB_GRAIN, &job, lb_dropout_range);
}

typedef struct { const float *x; const uint8_t *mask; double scale; float *y; } lb_mask_job;
// The product in double is rounded once, to float(x * scale).
LB_KERNEL static void lb_mask_loop(
  const float *restrict x, const uint8_t *restrict mask, double scale, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = mask[i] ? (float)((double)x[i] * scale) : 0.0f;
}
static void lb_mask_range(void *context, size_t begin, size_t end) {
  const lb_mask_job *j = context;
  lb_mask_loop(j->x + begin, j->mask + begin, j->scale, j->y + begin, end - begin);
}
void lb_mask_scale(const float *x, const uint8_t *mask, double scale, float *y, size_t n) {
  lb_mask_job job = {x, mask, scale, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_mask_range);
}
