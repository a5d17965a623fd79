#include "adaptive_steps.h"
#include "kernel.h"

LB_INLINE void lb_rmsprop_each(
  const lb_rmsprop *s, float *restrict p, const float *restrict g, float *restrict v, float *restrict m,
  float *restrict c, size_t n, const bool has_momentum, const bool divides_first, const bool is_centered) {
  const float keep = s->decay.keep, l2 = s->decay.l2, scale = s->decay.gradient_scale;
  const float rate = s->rate, momentum = s->momentum, epsilon = s->epsilon;
  const float kept = s->alpha, added = 1.0f - kept;
  for (size_t i = 0; i < n; ++i) {
    float w = p[i] * keep, d = g[i] * scale + l2 * p[i];
    float q = kept * v[i] + added * d * d;
    v[i] = q;
    if (is_centered) {
      float a = kept * c[i] + added * d;
      c[i] = a;
      // Rounding can make the variance negative.
      q = q - a * a;
      q = q > 0 ? q : 0;
    }
    float r = __builtin_elementwise_sqrt(q) + epsilon;
    if (!has_momentum) {
      p[i] = w - rate * d / r;
    } else if (divides_first) {
      float a = momentum * m[i] + d / r;
      m[i] = a;
      p[i] = w - rate * a;
    } else {
      float a = momentum * m[i] + d;
      m[i] = a;
      p[i] = w - rate * a / r;
    }
  }
}
typedef struct { lb_rmsprop s; float *p; const float *g; float *v, *m, *c; } lb_rmsprop_job;
#define LB_RMSPROP(name, has_momentum, divides_first, is_centered)                                            \
  LB_KERNEL static void name##_loop(const lb_rmsprop_job *j, size_t begin, size_t end) {                      \
    lb_rmsprop_each(                                                                                          \
      &j->s, j->p + begin, j->g + begin, j->v + begin, j->m ? j->m + begin : j->m, j->c ? j->c + begin : j->c, \
      end - begin, has_momentum, divides_first, is_centered);                                                 \
  }                                                                                                           \
  static void name(void *context, size_t begin, size_t end) { name##_loop(context, begin, end); }
LB_RMSPROP(lb_rmsprop_plain, false, false, false)
LB_RMSPROP(lb_rmsprop_averaged, true, false, false)
LB_RMSPROP(lb_rmsprop_divided, true, true, false)
LB_RMSPROP(lb_rmsprop_plain_centered, false, false, true)
LB_RMSPROP(lb_rmsprop_averaged_centered, true, false, true)
LB_RMSPROP(lb_rmsprop_divided_centered, true, true, true)
void lb_rmsprop_step(lb_rmsprop s, float *p, const float *g, float *v, float *m, float *c, size_t n) {
  lb_rmsprop_job job = {s, p, g, v, m, c};
  static const lb_range_body bodies[2][3] = {
    {lb_rmsprop_plain, lb_rmsprop_averaged, lb_rmsprop_divided},
    {lb_rmsprop_plain_centered, lb_rmsprop_averaged_centered, lb_rmsprop_divided_centered}};
  lb_parallel_for(n, LB_GRAIN, &job, bodies[c != NULL][!m ? 0 : s.divides_first ? 2 : 1]);
}

LB_KERNEL static void lb_qhadam_loop(
  lb_qhadam s, float *restrict p, const float *restrict g, float *restrict m, float *restrict v, size_t n) {
  const float keep = s.decay.keep, l2 = s.decay.l2, scale = s.decay.gradient_scale;
  const float b1 = s.beta1, c1 = 1.0f - b1, b2 = s.beta2, c2 = 1.0f - b2;
  const float n1 = s.nu1 / s.debias1, o1 = 1.0f - s.nu1, n2 = s.nu2 / s.debias2, o2 = 1.0f - s.nu2;
  for (size_t i = 0; i < n; ++i) {
    float w = p[i] * keep, d = g[i] * scale + l2 * p[i];
    float a = b1 * m[i] + c1 * d, q = b2 * v[i] + c2 * d * d;
    m[i] = a;
    v[i] = q;
    p[i] = w - s.rate * (o1 * d + n1 * a) / (__builtin_elementwise_sqrt(o2 * d * d + n2 * q) + s.epsilon);
  }
}
typedef struct { lb_qhadam s; float *p; const float *g; float *m, *v; } lb_qhadam_job;
static void lb_qhadam_range(void *context, size_t begin, size_t end) {
  const lb_qhadam_job *j = context;
  lb_qhadam_loop(j->s, j->p + begin, j->g + begin, j->m + begin, j->v + begin, end - begin);
}
void lb_qhadam_step(lb_qhadam s, float *p, const float *g, float *m, float *v, size_t n) {
  lb_qhadam_job job = {s, p, g, m, v};
  lb_parallel_for(n, LB_GRAIN, &job, lb_qhadam_range);
}
