#include "activations.h"
#include "exponentials.h"

// Forward: y = f(v). Backward: dx = dy f'(v). `a` and `b` are the parameters of the function.
#define LB_ACTIVATION(name, f, df)                                                                 \
  LB_KERNEL static void name##_forward(                                                            \
    const float *restrict x, float a, float b, float *restrict y, size_t n) {                      \
    (void)a; (void)b;                                                                              \
    for (size_t i = 0; i < n; ++i) {                                                               \
      float v = x[i];                                                                              \
      y[i] = (f);                                                                                  \
    }                                                                                              \
  }                                                                                                \
  LB_KERNEL static void name##_backward(                                                           \
    const float *restrict x, const float *restrict dy, float a, float b, float *restrict dx,       \
    size_t n) {                                                                                    \
    (void)a; (void)b;                                                                              \
    for (size_t i = 0; i < n; ++i) {                                                               \
      float v = x[i];                                                                              \
      dx[i] = dy[i] * (df);                                                                        \
    }                                                                                              \
  }

LB_INLINE float lb_gelu_slope(float v) {
  lb_normal n = lb_normalf(v);
  // Avoids 0 * infinity where the density underflows.
  return n.cumulative + (n.density > 0.0f ? v * n.density : 0.0f);
}

// tanh(u) = 2 sigmoid(2u) - 1, so the approximation is v sigmoid(2u), u = sqrt(2 / pi) (v + 0.044715 v^3).
#define LB_GELU_C 0.79788456080f
LB_INLINE float lb_gelu_gate(float v) {
  return lb_sigmoidf(2.0f * LB_GELU_C * (v + 0.044715f * v * v * v));
}
LB_INLINE float lb_gelu_tanh_slope(float v) {
  // Beyond 16 the gate is 0 or 1 and its derivative 0.
  float c = v < -16.0f ? -16.0f : (v > 16.0f ? 16.0f : v);
  float g = lb_gelu_gate(c);
  return g + c * g * (1.0f - g) * 2.0f * LB_GELU_C * (1.0f + 3.0f * 0.044715f * c * c);
}
LB_INLINE float lb_silu_slope(float v) {
  lb_sigmoids s = lb_sigmoid_pair(v);
  float bend = s.of_x * s.of_minus_x;
  return s.of_x + (bend > 0.0f ? v * bend : bend);
}
// e^v - 1 for v <= 0; near 0 a series avoids cancellation.
LB_INLINE float lb_expm1_negative(float v) {
  float c = v > 0.0f ? 0.0f : v;
  float p = 1.0f / 5040.0f;
  p = p * c + 1.0f / 720.0f;
  p = p * c + 1.0f / 120.0f;
  p = p * c + 1.0f / 24.0f;
  p = p * c + 1.0f / 6.0f;
  p = p * c + 0.5f;
  p = p * c + 1.0f;
  return c > -0.35f ? p * c : lb_expf(c) - 1.0f;
}
LB_INLINE float lb_hard_gate(float v) {
  float g = v * (1.0f / 6.0f) + 0.5f;
  return g < 0.0f ? 0.0f : (g > 1.0f ? 1.0f : g);
}

LB_ACTIVATION(lb_leaky_relu, v > 0.0f || v != v ? v : a * v, v > 0.0f ? 1.0f : a)
LB_ACTIVATION(
  lb_elu, v > 0.0f || v != v ? v : a * lb_expm1_negative(v), v > 0.0f ? 1.0f : a * lb_expf(v))
LB_ACTIVATION(lb_gelu, v * lb_normalf(v).cumulative, lb_gelu_slope(v))
LB_ACTIVATION(lb_gelu_tanh, v * lb_gelu_gate(v), lb_gelu_tanh_slope(v))
LB_ACTIVATION(lb_silu, v * lb_sigmoidf(v), lb_silu_slope(v))
LB_ACTIVATION(lb_softplus, lb_softplusf(a * v) / a, lb_sigmoidf(a * v))
LB_ACTIVATION(
  lb_hardswish, v * lb_hard_gate(v),
  v <= -3.0f ? 0.0f : (v >= 3.0f ? 1.0f : v * (1.0f / 3.0f) + 0.5f))
LB_ACTIVATION(lb_clamp, v < a ? a : (v > b ? b : v), v >= a && v <= b ? 1.0f : 0.0f)
LB_ACTIVATION(
  lb_smooth_l1,
  __builtin_fabsf(v) < a ? 0.5f * v * v / a : __builtin_fabsf(v) - 0.5f * a,
  __builtin_fabsf(v) < a ? v / a : (v > 0.0f ? 1.0f : (v < 0.0f ? -1.0f : 0.0f)))

typedef struct {
  lb_activation op;
  const float *x, *dy;
  float a, b, *out;
} lb_activation_job;

#define LB_ACTIVATION_CASE(value, name)                                                            \
  case value:                                                                                      \
    if (j->dy) name##_backward(x, j->dy + begin, j->a, j->b, out, n);                              \
    else name##_forward(x, j->a, j->b, out, n);                                                    \
    break;
static void lb_activation_range(void *context, size_t begin, size_t end) {
  const lb_activation_job *j = context;
  const float *x = j->x + begin;
  float *out = j->out + begin;
  size_t n = end - begin;
  switch (j->op) {
    LB_ACTIVATION_CASE(LB_LEAKY_RELU, lb_leaky_relu)
    LB_ACTIVATION_CASE(LB_ELU, lb_elu)
    LB_ACTIVATION_CASE(LB_GELU, lb_gelu)
    LB_ACTIVATION_CASE(LB_GELU_TANH, lb_gelu_tanh)
    LB_ACTIVATION_CASE(LB_SILU, lb_silu)
    LB_ACTIVATION_CASE(LB_SOFTPLUS, lb_softplus)
    LB_ACTIVATION_CASE(LB_HARDSWISH, lb_hardswish)
    LB_ACTIVATION_CASE(LB_CLAMP, lb_clamp)
    LB_ACTIVATION_CASE(LB_SMOOTH_L1, lb_smooth_l1)
  }
}
void lb_activation_forward(lb_activation op, const float *x, float a, float b, float *y, size_t n) {
  lb_activation_job job = {op, x, NULL, a, b, y};
  lb_parallel_for(n, LB_GRAIN, &job, lb_activation_range);
}
void lb_activation_backward(
  lb_activation op, const float *x, const float *dy, float a, float b, float *dx, size_t n) {
  lb_activation_job job = {op, x, dy, a, b, dx};
  lb_parallel_for(n, LB_GRAIN, &job, lb_activation_range);
}
