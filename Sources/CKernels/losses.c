#include "exponentials.h"

// MARK: Cross entropy. Logits are [outer, classes, inner]; position k is (k / inner, k % inner).

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
// The share of the target that is spread over all classes.
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
    // Far out, a difference of logits is exact and their logarithm's sum is not: keep the top apart.
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

// MARK: Focal: (1 - p)^gamma ce with p = e^-ce, one scalar per position.

void lb_focal_forward(const float *ce, double gamma, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (float)(pow(-expm1(-(double)ce[i]), gamma) * (double)ce[i]);
}
void lb_focal_backward(const float *ce, const float *dy, double gamma, float *dx, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    double l = ce[i], q = -expm1(-l), d = pow(q, gamma);
    // At a loss of 0, q^(gamma - 1) l goes to 0 with it.
    if (gamma != 0 && l > 0) d += gamma * pow(q, gamma - 1) * exp(-l) * l;
    dx[i] = (float)(d * (double)dy[i]);
  }
}

// MARK: Binary cross entropy, w ((1 - t) softplus(x) + p t softplus(-x)): no difference of large numbers.

typedef struct { const float *x, *t, *w, *p, *dy; float *out; } lb_bce_job;
// The weights' presence is a constant in each instance, so that the loops vectorize.
LB_INLINE void lb_bce_each(
  const float *restrict x, const float *restrict t, const float *restrict w, const float *restrict p,
  const float *restrict dy, float *restrict out, size_t n, bool weighted, bool positive, bool backward) {
  for (size_t i = 0; i < n; ++i) {
    float no = 1.0f - t[i], yes = positive ? p[i] * t[i] : t[i], v;
    if (backward) {
      lb_sigmoids s = lb_sigmoid_pair(x[i]);
      v = dy[i] * (no * s.of_x - yes * s.of_minus_x);
    } else {
      // The smaller of softplus(x) and softplus(-x) does not come from a difference of larger numbers.
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
