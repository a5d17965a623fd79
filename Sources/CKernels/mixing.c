#include "mixing.h"
#include "kernel.h"
#include <string.h>

LB_KERNEL static void lb_mix_loop(
  const float *restrict a, const float *restrict b, float lambda, float *restrict y, size_t n) {
  float other = 1.0f - lambda;
  for (size_t i = 0; i < n; ++i) y[i] = lambda * a[i] + other * b[i];
}
typedef struct { const float *x; const int64_t *partner; const float *lambda; size_t n; float *y; } lb_mix_job;
static void lb_mix_range(void *context, size_t begin, size_t end) {
  const lb_mix_job *j = context;
  for (size_t i = begin; i < end; ++i)
    lb_mix_loop(j->x + i * j->n, j->x + (size_t)j->partner[i] * j->n, j->lambda[i], j->y + i * j->n, j->n);
}
void lb_mix_items(const float *x, const int64_t *partner, const float *lambda, size_t items, size_t n, float *y) {
  lb_mix_job job = {x, partner, lambda, n, y};
  lb_parallel_items(items, n, &job, lb_mix_range);
}

typedef struct { const float *x; const int64_t *partner; lb_box box; float *y; } lb_cut_mix_job;
static void lb_cut_mix_range(void *context, size_t begin, size_t end) {
  const lb_cut_mix_job *j = context;
  lb_box b = j->box;
  size_t plane = b.height * b.width, n = b.planes * plane;
  for (size_t i = begin; i < end; ++i) {
    const float *other = j->x + (size_t)j->partner[i] * n;
    float *y = j->y + i * n;
    memcpy(y, j->x + i * n, n * sizeof(float));
    if (b.x1 == b.x2) continue;
    for (size_t p = 0; p < b.planes; ++p)
      for (size_t row = b.y1; row < b.y2; ++row) {
        size_t at = p * plane + row * b.width + b.x1;
        memcpy(y + at, other + at, (b.x2 - b.x1) * sizeof(float));
      }
  }
}
void lb_cut_mix_items(const float *x, const int64_t *partner, lb_box box, size_t items, float *y) {
  lb_cut_mix_job job = {x, partner, box, y};
  lb_parallel_items(items, box.planes * box.height * box.width, &job, lb_cut_mix_range);
}

LB_KERNEL static void lb_lerp_loop(float *restrict a, const float *restrict x, float weight, size_t n) {
  for (size_t i = 0; i < n; ++i) a[i] += weight * (x[i] - a[i]);
}
typedef struct { float *a; const float *x; float weight; } lb_lerp_job;
static void lb_lerp_range(void *context, size_t begin, size_t end) {
  const lb_lerp_job *j = context;
  lb_lerp_loop(j->a + begin, j->x + begin, j->weight, end - begin);
}
void lb_lerp(float *a, const float *x, float weight, size_t n) {
  lb_lerp_job job = {a, x, weight};
  lb_parallel_for(n, LB_GRAIN, &job, lb_lerp_range);
}
