#include "elementwise.h"
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
LB_UNARY(lb_exp_f, lb_expf(v))
LB_UNARY(lb_sqrt_f, __builtin_sqrtf(v))
LB_UNARY(lb_sigmoid_f, 1.0f / (1.0f + lb_expf(-v)))
LB_UNARY(lb_square_f, v * v)
LB_UNARY(lb_abs_f, __builtin_fabsf(v))
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
    case LB_EXP: lb_exp_f(x, y, n); break;
    case LB_LOG: lb_log_f(x, y, n); break;
    case LB_SQRT: lb_sqrt_f(x, y, n); break;
    case LB_SIGMOID: lb_sigmoid_f(x, y, n); break;
    case LB_TANH: lb_tanh_f(x, y, n); break;
    case LB_SQUARE: lb_square_f(x, y, n); break;
    case LB_ABS: lb_abs_f(x, y, n); break;
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
LB_UNARY_BACKWARD(lb_exp_b, y)
LB_UNARY_BACKWARD(lb_log_b, (1.0f / x))
LB_UNARY_BACKWARD(lb_sqrt_b, (0.5f / y))
LB_UNARY_BACKWARD(lb_sigmoid_b, (y * (1.0f - y)))
LB_UNARY_BACKWARD(lb_tanh_b, (1.0f - y * y))
LB_UNARY_BACKWARD(lb_square_b, (2.0f * x))
LB_UNARY_BACKWARD(lb_abs_b, (x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : 0.0f)))

typedef struct { lb_unary op; const float *x, *y, *dy; float *dx; } lb_unary_backward_job;
static void lb_unary_backward_range(void *context, size_t begin, size_t end) {
  const lb_unary_backward_job *j = context;
  const float *x = j->x + begin, *y = j->y + begin, *dy = j->dy + begin;
  float *dx = j->dx + begin;
  size_t n = end - begin;
  switch (j->op) {
    case LB_EXP: lb_exp_b(x, y, dy, dx, n); break;
    case LB_LOG: lb_log_b(x, y, dy, dx, n); break;
    case LB_SQRT: lb_sqrt_b(x, y, dy, dx, n); break;
    case LB_SIGMOID: lb_sigmoid_b(x, y, dy, dx, n); break;
    case LB_TANH: lb_tanh_b(x, y, dy, dx, n); break;
    case LB_SQUARE: lb_square_b(x, y, dy, dx, n); break;
    case LB_ABS: lb_abs_b(x, y, dy, dx, n); break;
  }
}
void lb_unary_backward(
  lb_unary op, const float *x, const float *y, const float *dy, float *dx, size_t n) {
  lb_unary_backward_job job = {op, x, y, dy, dx};
  lb_parallel_for(n, LB_GRAIN, &job, lb_unary_backward_range);
}

// MARK: ReLU

LB_KERNEL static void lb_relu_loop(const float *restrict x, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = x[i] > 0.0f || x[i] != x[i] ? x[i] : 0.0f;
}
typedef struct { const float *x; float *y; } lb_relu_job;
static void lb_relu_range(void *context, size_t begin, size_t end) {
  const lb_relu_job *j = context;
  lb_relu_loop(j->x + begin, j->y + begin, end - begin);
}
void lb_relu(const float *x, float *y, size_t n) {
  lb_relu_job job = {x, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_relu_range);
}

#define LB_RELU_OF_TWO(name, struct_name, expression)                                                    \
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
LB_RELU_OF_TWO(lb_add_relu, lb_add_relu_job, (a[i] + b[i] > 0.0f || a[i] + b[i] != a[i] + b[i]) ? a[i] + b[i] : 0.0f)
LB_RELU_OF_TWO(lb_relu_mask, lb_relu_mask_job, a[i] > 0.0f ? b[i] : 0.0f)

// MARK: Fill and check

typedef struct { float *y; float c; } lb_fill_job;
static void lb_fill_range(void *context, size_t begin, size_t end) {
  const lb_fill_job *j = context;
  if (j->c == 0.0f) memset(j->y + begin, 0, (end - begin) * sizeof(float));
  else for (size_t i = begin; i < end; ++i) j->y[i] = j->c;
}
void lb_fill(float *y, float value, size_t n) {
  lb_fill_job job = {y, value};
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
