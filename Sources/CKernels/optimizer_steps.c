#include "optimizer_steps.h"
#include "kernel.h"

enum { lb_root, lb_maximum, lb_softplus, lb_no_denominator };

LB_INLINE void lb_adam_each(
  const lb_adam *s, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
  float *restrict x, size_t n, const int denominator) {
  const float keep = s->decay.keep, l2 = s->decay.l2, scale = s->decay.gradient_scale;
  const float rate = s->rate, rdebias2 = 1.0f / s->debias2, epsilon = s->epsilon;
  const float b1 = s->beta1, c1 = 1.0f - b1, b2 = s->beta2, c2 = 1.0f - b2;
  for (size_t i = 0; i < n; ++i) {
    float w = p[i] * keep, d = g[i] * scale + l2 * p[i];
    float a = b1 * m[i] + c1 * d, q = b2 * v[i] + c2 * d * d;
    m[i] = a;
    v[i] = q;
    if (denominator == lb_no_denominator) {
      p[i] = w - rate * a;
      continue;
    }
    if (denominator == lb_maximum) {
      q = x[i] > q ? x[i] : q;
      x[i] = q;
    }
    float r = __builtin_elementwise_sqrt(q * rdebias2) + epsilon;
    if (denominator == lb_softplus) {
      float z = s->softplus * r;
      r = z > 20 ? r : __builtin_log1pf(__builtin_expf(z)) / s->softplus;
    }
    p[i] = w - rate * a / r;
  }
}
typedef struct { lb_adam s; float *p; const float *g; float *m, *v, *x; } lb_adam_job;
#define LB_ADAM(name, denominator)                                                                            \
  LB_KERNEL static void name##_loop(const lb_adam_job *j, size_t begin, size_t end) {                         \
    lb_adam_each(                                                                                             \
      &j->s, j->p + begin, j->g + begin, j->m + begin, j->v + begin, j->x ? j->x + begin : j->x, end - begin, \
      denominator);                                                                                           \
  }                                                                                                           \
  static void name(void *context, size_t begin, size_t end) { name##_loop(context, begin, end); }
LB_ADAM(lb_adam_root, lb_root)
LB_ADAM(lb_adam_maximum, lb_maximum)
LB_ADAM(lb_adam_softplus, lb_softplus)
LB_ADAM(lb_adam_plain, lb_no_denominator)
void lb_adam_step(lb_adam s, float *p, const float *g, float *m, float *v, float *x, size_t n) {
  lb_adam_job job = {s, p, g, m, v, x};
  lb_parallel_for(
    n, LB_GRAIN, &job,
    !s.has_denominator ? lb_adam_plain
    : s.softplus > 0   ? lb_adam_softplus
    : x                ? lb_adam_maximum
                       : lb_adam_root);
}

LB_KERNEL static void lb_sgd_loop(
  lb_sgd s, float *restrict p, const float *restrict g, float *restrict m, size_t n) {
  const float keep = s.decay.keep, l2 = s.decay.l2, scale = s.decay.gradient_scale;
  if (!m)
    for (size_t i = 0; i < n; ++i) p[i] = p[i] * keep - s.rate * (g[i] * scale + l2 * p[i]);
  else if (s.nesterov)
    for (size_t i = 0; i < n; ++i) {
      float d = g[i] * scale + l2 * p[i], a = s.momentum * m[i] + s.gain * d;
      m[i] = a;
      p[i] = p[i] * keep - s.rate * (d + s.momentum * a);
    }
  else
    for (size_t i = 0; i < n; ++i) {
      float d = g[i] * scale + l2 * p[i], a = s.momentum * m[i] + s.gain * d;
      m[i] = a;
      p[i] = p[i] * keep - s.rate * a;
    }
}
typedef struct { lb_sgd s; float *p; const float *g; float *m; } lb_sgd_job;
static void lb_sgd_range(void *context, size_t begin, size_t end) {
  const lb_sgd_job *j = context;
  lb_sgd_loop(j->s, j->p + begin, j->g + begin, j->m ? j->m + begin : j->m, end - begin);
}
void lb_sgd_step(lb_sgd s, float *p, const float *g, float *m, size_t n) {
  lb_sgd_job job = {s, p, g, m};
  lb_parallel_for(n, LB_GRAIN, &job, lb_sgd_range);
}

LB_KERNEL static void lb_lookahead_loop(float *restrict p, float *restrict slow, float alpha, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    float w = slow[i] + alpha * (p[i] - slow[i]);
    slow[i] = w;
    p[i] = w;
  }
}
typedef struct { float *p, *slow; float alpha; } lb_lookahead_job;
static void lb_lookahead_range(void *context, size_t begin, size_t end) {
  const lb_lookahead_job *j = context;
  lb_lookahead_loop(j->p + begin, j->slow + begin, j->alpha, end - begin);
}
void lb_lookahead_step(float *p, float *slow, float alpha, size_t n) {
  lb_lookahead_job job = {p, slow, alpha};
  lb_parallel_for(n, LB_GRAIN, &job, lb_lookahead_range);
}
