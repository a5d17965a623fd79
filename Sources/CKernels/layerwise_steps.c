#include "layerwise_steps.h"
#include "kernel.h"

// The sums of fixed parts of a tensor are added in order, in float within blocks and in double between them.
enum { lb_block = 2048, lb_parts = 64 };
typedef struct { double p, u; } lb_sums;
typedef struct { float p, u; } lb_block_sums;

static size_t lb_part_size(size_t n) {
  size_t blocks = (n + lb_block - 1) / lb_block;
  return (blocks + lb_parts - 1) / lb_parts * lb_block;
}
static lb_sums lb_total(const lb_sums *parts, size_t count) {
  lb_sums total = {0, 0};
  for (size_t i = 0; i < count; ++i) {
    total.p += parts[i].p;
    total.u += parts[i].u;
  }
  return total;
}

typedef struct { lb_lamb s; float *p; const float *g; float *m, *v; size_t n, part; lb_sums *sums; } lb_lamb_job;
LB_KERNEL static lb_block_sums lb_lamb_block(
  const lb_lamb *s, float *restrict p, const float *restrict g, float *restrict m, float *restrict v, size_t n) {
#pragma clang fp reassociate(on)
  const float keep = s->decay.keep, l2 = s->decay.l2, scale = s->decay.gradient_scale, epsilon = s->epsilon;
  const float b1 = s->beta1, c1 = 1.0f - b1, b2 = s->beta2, c2 = 1.0f - b2;
  const float r1 = 1.0f / s->debias1, r2 = 1.0f / s->debias2;
  float sum_p = 0, sum_u = 0;
  for (size_t i = 0; i < n; ++i) {
    float w = p[i] * keep, d = g[i] * scale + l2 * p[i];
    float a = b1 * m[i] + c1 * d, q = b2 * v[i] + c2 * d * d;
    float u = a * r1 / (__builtin_elementwise_sqrt(q * r2) + epsilon);
    m[i] = a;
    v[i] = q;
    p[i] = w;
    sum_p += w * w;
    sum_u += u * u;
  }
  return (lb_block_sums){sum_p, sum_u};
}
static void lb_lamb_parts(void *context, size_t begin, size_t end) {
  const lb_lamb_job *j = context;
  for (size_t part = begin; part < end; ++part) {
    lb_sums sum = {0, 0};
    size_t last = (part + 1) * j->part < j->n ? (part + 1) * j->part : j->n;
    for (size_t i = part * j->part; i < last; i += lb_block) {
      size_t n = last - i < lb_block ? last - i : lb_block;
      lb_block_sums block = lb_lamb_block(&j->s, j->p + i, j->g + i, j->m + i, j->v + i, n);
      sum.p += block.p;
      sum.u += block.u;
    }
    j->sums[part] = sum;
  }
}
LB_KERNEL static void lb_lamb_loop(
  lb_lamb s, float *restrict p, const float *restrict m, const float *restrict v, size_t n) {
  const float rate = s.rate / s.debias1, r2 = 1.0f / s.debias2;
  for (size_t i = 0; i < n; ++i) p[i] -= rate * m[i] / (__builtin_elementwise_sqrt(v[i] * r2) + s.epsilon);
}
static void lb_lamb_range(void *context, size_t begin, size_t end) {
  const lb_lamb_job *j = context;
  lb_lamb_loop(j->s, j->p + begin, j->m + begin, j->v + begin, end - begin);
}
void lb_lamb_step(lb_lamb s, float *p, const float *g, float *m, float *v, size_t n) {
  if (n == 0) return;
  lb_sums sums[lb_parts];
  lb_lamb_job job = {s, p, g, m, v, n, lb_part_size(n), sums};
  size_t parts = (n + job.part - 1) / job.part;
  lb_parallel_items(parts, job.part, &job, lb_lamb_parts);
  lb_sums total = lb_total(sums, parts);
  if (total.p != 0 && total.u != 0) {
    double ratio = __builtin_sqrt(total.p / total.u);
    job.s.rate *= (float)(ratio < 10 ? ratio : 10);
  }
  lb_parallel_for(n, LB_GRAIN, &job, lb_lamb_range);
}

typedef struct { lb_decay decay; const float *p, *g; size_t n, part; lb_sums *sums; } lb_norm_job;
LB_KERNEL static lb_block_sums lb_norm_block(lb_decay s, const float *p, const float *g, size_t n) {
#pragma clang fp reassociate(on)
  float sum_p = 0, sum_g = 0;
  for (size_t i = 0; i < n; ++i) {
    float w = p[i] * s.keep, d = g[i] * s.gradient_scale + s.l2 * p[i];
    sum_p += w * w;
    sum_g += d * d;
  }
  return (lb_block_sums){sum_p, sum_g};
}
static void lb_norm_parts(void *context, size_t begin, size_t end) {
  const lb_norm_job *j = context;
  for (size_t part = begin; part < end; ++part) {
    lb_sums sum = {0, 0};
    size_t last = (part + 1) * j->part < j->n ? (part + 1) * j->part : j->n;
    for (size_t i = part * j->part; i < last; i += lb_block) {
      lb_block_sums block =
        lb_norm_block(j->decay, j->p + i, j->g + i, last - i < lb_block ? last - i : lb_block);
      sum.p += block.p;
      sum.u += block.u;
    }
    j->sums[part] = sum;
  }
}
void lb_larc_step(lb_larc s, float *p, const float *g, float *m, size_t n) {
  if (n == 0) return;
  lb_sums sums[lb_parts];
  lb_norm_job job = {s.sgd.decay, p, g, n, lb_part_size(n), sums};
  size_t parts = (n + job.part - 1) / job.part;
  lb_parallel_items(parts, job.part, &job, lb_norm_parts);
  lb_sums total = lb_total(sums, parts);
  double norm = __builtin_sqrt(total.p), rate = s.sgd.rate;
  double local = rate * s.trust * norm / (__builtin_sqrt(total.u) + norm * s.weight_decay + s.epsilon);
  s.sgd.rate = (float)(s.clips && rate < local ? rate : local);
  lb_sgd_step(s.sgd, p, g, m, n);
}
