#include "exponentials.h"
#include <math.h>
#include <string.h>

#define LB_UNARY(name, expression)                                                                 \
  LB_KERNEL static void name(const float *restrict x, float *restrict y, size_t n) {               \
    for (size_t i = 0; i < n; ++i) {                                                               \
      float v = x[i];                                                                              \
      y[i] = (expression);                                                                         \
    }                                                                                              \
  }
LB_UNARY(lb_relu_f, v > 0.0f || v != v ? v : 0.0f)
LB_UNARY(lb_negate_f, -v)
LB_UNARY(lb_exp_f, lb_expf(v))
LB_UNARY(lb_sqrt_f, __builtin_sqrtf(v))
LB_UNARY(lb_sigmoid_f, 1.0f / (1.0f + lb_expf(-v)))
LB_UNARY(lb_square_f, v * v)
LB_UNARY(lb_abs_f, __builtin_fabsf(v))
LB_UNARY(lb_reciprocal_f, 1.0f / v)
static void lb_log_f(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = logf(x[i]);
}
static void lb_tanh_f(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = tanhf(x[i]);
}

typedef struct { lb_unary op; const float *x; float *y; } lb_unary_job;
static void lb_unary_range(void *context, size_t begin, size_t end) {
  const lb_unary_job *j = context;
  const float *x = j->x + begin;
  float *y = j->y + begin;
  size_t n = end - begin;
  switch (j->op) {
    case LB_RELU: lb_relu_f(x, y, n); break;
    case LB_NEGATE: lb_negate_f(x, y, n); break;
    case LB_EXP: lb_exp_f(x, y, n); break;
    case LB_LOG: lb_log_f(x, y, n); break;
    case LB_SQRT: lb_sqrt_f(x, y, n); break;
    case LB_SIGMOID: lb_sigmoid_f(x, y, n); break;
    case LB_TANH: lb_tanh_f(x, y, n); break;
    case LB_SQUARE: lb_square_f(x, y, n); break;
    case LB_ABS: lb_abs_f(x, y, n); break;
    case LB_RECIPROCAL: lb_reciprocal_f(x, y, n); break;
  }
}
void lb_unary_forward(lb_unary op, const float *x, float *y, size_t n) {
  lb_unary_job job = {op, x, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_unary_range);
}

#define LB_UNARY_BACKWARD(name, expression)                                                        \
  LB_KERNEL static void name(const float *restrict xs, const float *restrict ys,                   \
                             const float *restrict dy, float *restrict dx, size_t n) {             \
    for (size_t i = 0; i < n; ++i) {                                                               \
      float x = xs[i], y = ys[i];                                                                  \
      (void)x; (void)y;                                                                            \
      dx[i] = dy[i] * (expression);                                                                \
    }                                                                                              \
  }
LB_UNARY_BACKWARD(lb_relu_b, (y > 0.0f ? 1.0f : 0.0f))
LB_UNARY_BACKWARD(lb_negate_b, -1.0f)
LB_UNARY_BACKWARD(lb_exp_b, y)
LB_UNARY_BACKWARD(lb_log_b, (1.0f / x))
LB_UNARY_BACKWARD(lb_sqrt_b, (0.5f / y))
LB_UNARY_BACKWARD(lb_sigmoid_b, (y * (1.0f - y)))
LB_UNARY_BACKWARD(lb_tanh_b, (1.0f - y * y))
LB_UNARY_BACKWARD(lb_square_b, (2.0f * x))
LB_UNARY_BACKWARD(lb_abs_b, (x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : 0.0f)))
LB_UNARY_BACKWARD(lb_reciprocal_b, (-y * y))

typedef struct { lb_unary op; const float *x, *y, *dy; float *dx; } lb_unary_backward_job;
static void lb_unary_backward_range(void *context, size_t begin, size_t end) {
  const lb_unary_backward_job *j = context;
  const float *x = j->x + begin, *y = j->y + begin, *dy = j->dy + begin;
  float *dx = j->dx + begin;
  size_t n = end - begin;
  switch (j->op) {
    case LB_RELU: lb_relu_b(x, y, dy, dx, n); break;
    case LB_NEGATE: lb_negate_b(x, y, dy, dx, n); break;
    case LB_EXP: lb_exp_b(x, y, dy, dx, n); break;
    case LB_LOG: lb_log_b(x, y, dy, dx, n); break;
    case LB_SQRT: lb_sqrt_b(x, y, dy, dx, n); break;
    case LB_SIGMOID: lb_sigmoid_b(x, y, dy, dx, n); break;
    case LB_TANH: lb_tanh_b(x, y, dy, dx, n); break;
    case LB_SQUARE: lb_square_b(x, y, dy, dx, n); break;
    case LB_ABS: lb_abs_b(x, y, dy, dx, n); break;
    case LB_RECIPROCAL: lb_reciprocal_b(x, y, dy, dx, n); break;
  }
}
void lb_unary_backward(
  lb_unary op, const float *x, const float *y, const float *dy, float *dx, size_t n) {
  lb_unary_backward_job job = {op, x, y, dy, dx};
  lb_parallel_for(n, LB_GRAIN, &job, lb_unary_backward_range);
}

// MARK: Two operands.

LB_INLINE float lb_apply(lb_binary op, float a, float b) {
  switch (op) {
    case LB_ADD: return a + b;
    case LB_SUBTRACT: return a - b;
    case LB_MULTIPLY: return a * b;
    default: return a / b;
  }
}
#define LB_BINARY_ROW(name, A, B)                                                                  \
  LB_KERNEL static void name(lb_binary op, const float *restrict a, const float *restrict b,       \
                             float *restrict y, size_t n) {                                        \
    switch (op) {                                                                                  \
      case LB_ADD: for (size_t i = 0; i < n; ++i) y[i] = (A) + (B); break;                         \
      case LB_SUBTRACT: for (size_t i = 0; i < n; ++i) y[i] = (A) - (B); break;                    \
      case LB_MULTIPLY: for (size_t i = 0; i < n; ++i) y[i] = (A) * (B); break;                    \
      case LB_DIVIDE: for (size_t i = 0; i < n; ++i) y[i] = (A) / (B); break;                      \
    }                                                                                              \
  }
LB_BINARY_ROW(lb_row_vv, a[i], b[i])
LB_BINARY_ROW(lb_row_sv, a[0], b[i])
LB_BINARY_ROW(lb_row_vs, a[i], b[0])

typedef struct { lb_binary op; const float *a, *b; float *y; int kind; } lb_binary_job;
static void lb_binary_range(void *context, size_t begin, size_t end) {
  const lb_binary_job *j = context;
  size_t n = end - begin;
  switch (j->kind) {
    case 0: lb_row_vv(j->op, j->a + begin, j->b + begin, j->y + begin, n); break;
    case 1: lb_row_sv(j->op, j->a, j->b + begin, j->y + begin, n); break;
    default: lb_row_vs(j->op, j->a + begin, j->b, j->y + begin, n); break;
  }
}
void lb_binary_same(lb_binary op, const float *a, const float *b, float *y, size_t n) {
  lb_binary_job job = {op, a, b, y, 0};
  lb_parallel_for(n, LB_GRAIN, &job, lb_binary_range);
}
void lb_binary_scalar(lb_binary op, const float *a, float b, bool scalar_first, float *y, size_t n) {
  lb_binary_job job = {op, scalar_first ? &b : a, scalar_first ? a : &b, y, scalar_first ? 1 : 2};
  lb_parallel_for(n, LB_GRAIN, &job, lb_binary_range);
}

typedef struct {
  lb_binary op;
  int rank;
  size_t dims[8], as[8], bs[8];
  const float *a, *b;
  float *y;
} lb_broadcast_job;

static void lb_broadcast_rows(void *context, size_t begin, size_t end) {
  const lb_broadcast_job *j = context;
  const int last = j->rank - 1;
  const size_t inner = j->dims[last], sa = j->as[last], sb = j->bs[last];
  size_t index[8] = {0}, rest = begin;
  for (int d = last - 1; d >= 0; --d) {
    index[d] = rest % j->dims[d];
    rest /= j->dims[d];
  }
  float *y = j->y + begin * inner;
  for (size_t r = begin; r < end; ++r, y += inner) {
    const float *a = j->a, *b = j->b;
    for (int d = 0; d < last; ++d) {
      a += index[d] * j->as[d];
      b += index[d] * j->bs[d];
    }
    if (sa && sb) lb_row_vv(j->op, a, b, y, inner);
    else if (sb) lb_row_sv(j->op, a, b, y, inner);
    else if (sa) lb_row_vs(j->op, a, b, y, inner);
    else {
      float v = lb_apply(j->op, a[0], b[0]);
      for (size_t i = 0; i < inner; ++i) y[i] = v;
    }
    for (int d = last - 1; d >= 0; --d) {
      if (++index[d] < j->dims[d]) break;
      index[d] = 0;
    }
  }
}

// Dimensions that both operands walk through without a jump are one: filters times a scale per output
// would else be rows of one element each.
void lb_binary_broadcast(
  lb_binary op, int rank, const size_t *dims, const float *a, const size_t *as, const float *b,
  const size_t *bs, float *y) {
  lb_broadcast_job job = {.op = op, .rank = 0, .a = a, .b = b, .y = y};
  for (int d = 0; d < rank; ++d) {
    if (dims[d] == 1 && rank > 1) continue;
    int k = job.rank - 1;
    if (k >= 0 && job.as[k] == as[d] * dims[d] && job.bs[k] == bs[d] * dims[d]) {
      job.dims[k] *= dims[d];
      job.as[k] = as[d];
      job.bs[k] = bs[d];
      continue;
    }
    job.dims[++k] = dims[d];
    job.as[k] = as[d];
    job.bs[k] = bs[d];
    job.rank = k + 1;
  }
  if (job.rank == 0) {
    job.rank = 1;
    job.dims[0] = 1;
  }
  size_t rows = 1;
  for (int d = 0; d + 1 < job.rank; ++d) rows *= job.dims[d];
  lb_parallel_items(rows, job.dims[job.rank - 1], &job, lb_broadcast_rows);
}

// MARK: Fused passes.

#define LB_THREE(name, struct_name, expression)                                                    \
  typedef struct { const float *a, *b; float *y; } struct_name;                                    \
  LB_KERNEL static void name##_loop(const float *restrict a, const float *restrict b,              \
                                    float *restrict y, size_t n) {                                 \
    for (size_t i = 0; i < n; ++i) y[i] = (expression);                                            \
  }                                                                                                \
  static void name##_range(void *context, size_t begin, size_t end) {                              \
    const struct_name *j = context;                                                                \
    name##_loop(j->a + begin, j->b + begin, j->y + begin, end - begin);                            \
  }                                                                                                \
  void name(const float *a, const float *b, float *y, size_t n) {                                  \
    struct_name job = {a, b, y};                                                                   \
    lb_parallel_for(n, LB_GRAIN, &job, name##_range);                                              \
  }
LB_THREE(lb_add_relu, lb_add_relu_job, (a[i] + b[i] > 0.0f || a[i] + b[i] != a[i] + b[i]) ? a[i] + b[i] : 0.0f)
LB_THREE(lb_relu_mask, lb_relu_mask_job, a[i] > 0.0f ? b[i] : 0.0f)

typedef struct { const float *x; float *y; float c; } lb_one_job;
LB_KERNEL static void lb_accumulate_loop(const float *restrict x, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += x[i];
}
static void lb_accumulate_range(void *context, size_t begin, size_t end) {
  const lb_one_job *j = context;
  lb_accumulate_loop(j->x + begin, j->y + begin, end - begin);
}
void lb_accumulate(const float *x, float *y, size_t n) {
  lb_one_job job = {x, y, 0};
  lb_parallel_for(n, LB_GRAIN, &job, lb_accumulate_range);
}
LB_KERNEL static void lb_scale_loop(const float *x, float c, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = x[i] * c;
}
static void lb_scale_range(void *context, size_t begin, size_t end) {
  const lb_one_job *j = context;
  lb_scale_loop(j->x + begin, j->c, j->y + begin, end - begin);
}
void lb_scale(const float *x, float factor, float *y, size_t n) {
  lb_one_job job = {x, y, factor};
  lb_parallel_for(n, LB_GRAIN, &job, lb_scale_range);
}
static void lb_fill_range(void *context, size_t begin, size_t end) {
  const lb_one_job *j = context;
  if (j->c == 0.0f) memset(j->y + begin, 0, (end - begin) * sizeof(float));
  else for (size_t i = begin; i < end; ++i) j->y[i] = j->c;
}
void lb_fill(float *y, float value, size_t n) {
  lb_one_job job = {y, y, value};
  lb_parallel_for(n, LB_GRAIN * 4, &job, lb_fill_range);
}

LB_KERNEL static size_t lb_count_not_finite(const float *x, size_t n) {
  size_t bad = 0;
  for (size_t i = 0; i < n; ++i) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    bad += (bits & 0x7f800000u) == 0x7f800000u;
  }
  return bad;
}
size_t lb_first_not_finite(const float *x, size_t n) {
  const size_t block = 4096;
  for (size_t i = 0; i < n; i += block) {
    size_t count = n - i < block ? n - i : block;
    if (!lb_count_not_finite(x + i, count)) continue;
    for (size_t j = i; j < i + count; ++j)
      if (!isfinite(x[j])) return j + 1;
  }
  return 0;
}
