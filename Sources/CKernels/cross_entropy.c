#include "cross_entropy.h"
#include "kernel.h"
#include <math.h>

// Logits are [outer, classes, inner]; position k is (k / inner, k % inner).

typedef struct {
  lb_cross_entropy s;
  const float *x, *upstream;
  const double *lse;
  double hard_scale, soft_scale;
  double *out_lse, *hard, *soft;
  float *dx;
} lb_cross_entropy_job;

LB_INLINE double lb_class_weight(const lb_cross_entropy *s, size_t c) {
  return s->weights ? (double)s->weights[c] : 1.0;
}
// Target probability that label smoothing assigns to class c.
LB_INLINE double lb_soft_share(const lb_cross_entropy *s, size_t c) {
  return s->smoothing / (double)s->classes * (s->weighted_smoothing ? lb_class_weight(s, c) : 1.0);
}

static void lb_cross_entropy_range(void *context, size_t begin, size_t end) {
  const lb_cross_entropy_job *j = context;
  const lb_cross_entropy *s = &j->s;
  for (size_t k = begin; k < end; ++k) {
    size_t at = k / s->inner * s->classes * s->inner + k % s->inner, step = s->inner;
    const float *x = j->x + at;
    float top = x[0];
    for (size_t c = 1; c < s->classes; ++c) top = x[c * step] > top ? x[c * step] : top;
    double sum = 0;
    for (size_t c = 0; c < s->classes; ++c) sum += exp((double)x[c * step] - (double)top);
    // For logits of large magnitude top - x is exact while x - lse is not, so the maximum is kept apart from log_sum.
    double log_sum = log(sum), hard = 0, soft = 0;
    j->out_lse[k] = (double)top + log_sum;
    if (s->probabilities) {
      const float *t = s->probabilities + at;
      for (size_t c = 0; c < s->classes; ++c) {
        double share = lb_class_weight(s, c) * (1 - s->smoothing) * (double)t[c * step];
        if (share != 0) hard += share * (((double)top - (double)x[c * step]) + log_sum);
      }
    } else if (s->targets[k] != s->ignored) {
      size_t t = (size_t)s->targets[k];
      hard = lb_class_weight(s, t) * (1 - s->smoothing) * (((double)top - (double)x[t * step]) + log_sum);
    }
    if (s->smoothing > 0 && (s->probabilities || s->targets[k] != s->ignored))
      for (size_t c = 0; c < s->classes; ++c)
        soft += lb_soft_share(s, c) * (((double)top - (double)x[c * step]) + log_sum);
    j->hard[k] = hard;
    j->soft[k] = soft;
  }
}
void lb_cross_entropy_forward(const lb_cross_entropy *s, const float *x, double *lse, double *hard, double *soft) {
  lb_cross_entropy_job job = {.s = *s, .x = x, .out_lse = lse, .hard = hard, .soft = soft};
  lb_parallel_items(s->outer * s->inner, 16 * s->classes, &job, lb_cross_entropy_range);
}

static void lb_cross_entropy_backward_range(void *context, size_t begin, size_t end) {
  const lb_cross_entropy_job *j = context;
  const lb_cross_entropy *s = &j->s;
  double spread = 0;
  for (size_t c = 0; c < s->classes; ++c) spread += lb_soft_share(s, c);
  for (size_t k = begin; k < end; ++k) {
    size_t at = k / s->inner * s->classes * s->inner + k % s->inner, step = s->inner;
    const float *x = j->x + at;
    float *dx = j->dx + at;
    double up = j->upstream ? (double)j->upstream[k] : 1.0;
    double hard = up * j->hard_scale * (1 - s->smoothing), soft = up * j->soft_scale;
    if (!s->probabilities && s->targets[k] == s->ignored) {
      for (size_t c = 0; c < s->classes; ++c) dx[c * step] = 0;
      continue;
    }
    double mass = soft * spread;
    size_t t = s->classes;
    if (s->probabilities)
      for (size_t c = 0; c < s->classes; ++c)
        mass += hard * lb_class_weight(s, c) * (double)s->probabilities[at + c * step];
    else {
      t = (size_t)s->targets[k];
      mass += hard * lb_class_weight(s, t);
    }
    for (size_t c = 0; c < s->classes; ++c) {
      double share = soft * lb_soft_share(s, c);
      if (s->probabilities) share += hard * lb_class_weight(s, c) * (double)s->probabilities[at + c * step];
      else if (c == t) share += hard * lb_class_weight(s, c);
      dx[c * step] = (float)(mass * exp((double)x[c * step] - j->lse[k]) - share);
    }
  }
}
void lb_cross_entropy_backward(
  const lb_cross_entropy *s, const float *x, const double *lse, const float *upstream, double hard_scale,
  double soft_scale, float *dx) {
  lb_cross_entropy_job job = {
    .s = *s, .x = x, .lse = lse, .upstream = upstream, .hard_scale = hard_scale, .soft_scale = soft_scale,
    .dx = dx};
  lb_parallel_items(s->outer * s->inner, 16 * s->classes, &job, lb_cross_entropy_backward_range);
}

double lb_target_weight(const lb_cross_entropy *s) {
  double sum = 0;
  for (size_t k = 0; k < s->outer * s->inner; ++k)
    if (s->targets[k] != s->ignored) sum += lb_class_weight(s, (size_t)s->targets[k]);
  return sum;
}

void lb_doubles_to_f32(const double *x, const double *z, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (float)(x[i] + z[i]);
}

double lb_sum_doubles(const double *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; ++i) s += x[i];
  return s;
}
