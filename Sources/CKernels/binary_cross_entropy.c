#include "binary_cross_entropy.h"
#include "exponentials.h"

// loss = w * ((1 - t) * softplus(x) + p * t * softplus(-x)); no cancellation.

typedef struct { const float *x, *t, *w, *p, *dy; float *out; } lb_bce_job;
// The flags are constant in each instance, so that the loops vectorize.
LB_INLINE void lb_bce_each(
  const float *restrict x, const float *restrict t, const float *restrict w, const float *restrict p,
  const float *restrict dy, float *restrict out, size_t n, bool weighted, bool positive, bool backward) {
  for (size_t i = 0; i < n; ++i) {
    float no = 1.0f - t[i], yes = positive ? p[i] * t[i] : t[i], v;
    if (backward) {
      lb_sigmoids s = lb_sigmoid_pair(x[i]);
      v = dy[i] * (no * s.of_x - yes * s.of_minus_x);
    } else {
      // The smaller of softplus(x) and softplus(-x) is computed directly, without cancellation.
      float a = __builtin_fabsf(x[i]), small = lb_softplusf(-a), large = small + a;
      bool up = x[i] > 0.0f;
      v = no * (up ? large : small) + yes * (up ? small : large);
    }
    out[i] = weighted ? w[i] * v : v;
  }
}
LB_KERNEL static void lb_bce_loop(
  const float *x, const float *t, const float *w, const float *p, float *y, size_t n) {
  if (w && p) lb_bce_each(x, t, w, p, NULL, y, n, true, true, false);
  else if (w) lb_bce_each(x, t, w, NULL, NULL, y, n, true, false, false);
  else if (p) lb_bce_each(x, t, NULL, p, NULL, y, n, false, true, false);
  else lb_bce_each(x, t, NULL, NULL, NULL, y, n, false, false, false);
}
LB_KERNEL static void lb_bce_backward_loop(
  const float *x, const float *t, const float *w, const float *p, const float *dy, float *dx, size_t n) {
  if (w && p) lb_bce_each(x, t, w, p, dy, dx, n, true, true, true);
  else if (w) lb_bce_each(x, t, w, NULL, dy, dx, n, true, false, true);
  else if (p) lb_bce_each(x, t, NULL, p, dy, dx, n, false, true, true);
  else lb_bce_each(x, t, NULL, NULL, dy, dx, n, false, false, true);
}
static void lb_bce_range(void *context, size_t begin, size_t end) {
  const lb_bce_job *j = context;
  const float *w = j->w ? j->w + begin : NULL, *p = j->p ? j->p + begin : NULL;
  size_t n = end - begin;
  if (j->dy) lb_bce_backward_loop(j->x + begin, j->t + begin, w, p, j->dy + begin, j->out + begin, n);
  else lb_bce_loop(j->x + begin, j->t + begin, w, p, j->out + begin, n);
}
void lb_bce_forward(const float *x, const float *t, const float *w, const float *p, float *y, size_t n) {
  lb_bce_job job = {x, t, w, p, NULL, y};
  lb_parallel_for(n, LB_GRAIN / 4, &job, lb_bce_range);
}
void lb_bce_backward(
  const float *x, const float *t, const float *w, const float *p, const float *dy, float *dx, size_t n) {
  lb_bce_job job = {x, t, w, p, dy, dx};
  lb_parallel_for(n, LB_GRAIN / 4, &job, lb_bce_range);
}
