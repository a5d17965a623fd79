#include "optimizer_steps.h"
#include "kernel.h"

LB_KERNEL static void lb_adam_loop(
  lb_adam s, float *restrict p, const float *restrict g, float *restrict m, float *restrict v, size_t n) {
  float keep = s.decoupled ? 1.0f - s.learning_rate * s.weight_decay : 1.0f;
  float l2 = s.decoupled ? 0.0f : s.weight_decay;
  float step = s.learning_rate / s.debias1, rdebias2 = 1.0f / s.debias2;
  float b1 = s.beta1, c1 = 1.0f - s.beta1, b2 = s.beta2, c2 = 1.0f - s.beta2;
  for (size_t i = 0; i < n; ++i) {
    float w = p[i] * keep, d = g[i] * s.gradient_scale + l2 * p[i];
    float a = b1 * m[i] + c1 * d, q = b2 * v[i] + c2 * d * d;
    m[i] = a;
    v[i] = q;
    p[i] = w - step * a / (__builtin_sqrtf(q * rdebias2) + s.epsilon);
  }
}
typedef struct { lb_adam s; float *p; const float *g; float *m, *v; } lb_adam_job;
static void lb_adam_range(void *context, size_t begin, size_t end) {
  const lb_adam_job *j = context;
  lb_adam_loop(j->s, j->p + begin, j->g + begin, j->m + begin, j->v + begin, end - begin);
}
void lb_adam_step(lb_adam s, float *p, const float *g, float *m, float *v, size_t n) {
  lb_adam_job job = {s, p, g, m, v};
  lb_parallel_for(n, LB_GRAIN, &job, lb_adam_range);
}

LB_KERNEL static void lb_sgd_loop(
  lb_sgd s, float *restrict p, const float *restrict g, float *restrict m, size_t n) {
  float keep = s.decoupled ? 1.0f - s.learning_rate * s.weight_decay : 1.0f;
  float l2 = s.decoupled ? 0.0f : s.weight_decay;
  if (s.has_momentum)
    for (size_t i = 0; i < n; ++i) {
      float d = g[i] * s.gradient_scale + l2 * p[i];
      float a = s.momentum * m[i] + d;
      m[i] = a;
      p[i] = p[i] * keep - s.learning_rate * a;
    }
  else
    for (size_t i = 0; i < n; ++i)
      p[i] = p[i] * keep - s.learning_rate * (g[i] * s.gradient_scale + l2 * p[i]);
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
