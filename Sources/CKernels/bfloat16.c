#include "bfloat16.h"
#include "bfloat16_rounding.h"

// bfloat16 numbers have the sign and the order of their bits as 16-bit integers.

typedef struct { const uint16_t *a, *b; uint16_t *y; } lb_bf16_job;

// The loops vectorize only if the compiler knows that the output does not overlap an operand.
#define LB_BF16(name, expression)                                                                  \
  LB_KERNEL static void name##_loop(                                                               \
    const uint16_t *a, const uint16_t *b, uint16_t *restrict y, size_t n) {                        \
    (void)b;                                                                                       \
    for (size_t i = 0; i < n; ++i) y[i] = (expression);                                            \
  }                                                                                                \
  static void name##_range(void *context, size_t begin, size_t end) {                              \
    const lb_bf16_job *j = context;                                                                \
    name##_loop(j->a + begin, j->b + begin, j->y + begin, end - begin);                            \
  }                                                                                                \
  static void name##_all(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) {            \
    lb_bf16_job job = {a, b, y};                                                                   \
    lb_parallel_for(n, LB_GRAIN, &job, name##_range);                                              \
  }

// Negative numbers are 0x8000 to 0xff80; the bit patterns above are NaN, which ReLU propagates.
LB_BF16(lb_positive, (uint16_t)(a[i] - 0x8000u) <= 0x7f80u ? 0 : a[i])
LB_BF16(lb_masked, (int16_t)a[i] > 0 ? b[i] : 0)
LB_BF16(lb_sum, lb_narrow(lb_wide(a[i]) + lb_wide(b[i])))
LB_BF16(lb_sum_in_place, lb_narrow(lb_wide(a[i]) + lb_wide(y[i])))
LB_BF16(lb_positive_sum, lb_wide(a[i]) + lb_wide(b[i]) <= 0 ? 0 : lb_narrow(lb_wide(a[i]) + lb_wide(b[i])))

void lb_relu_bf16(const uint16_t *x, uint16_t *y, size_t n) { lb_positive_all(x, x, y, n); }
void lb_relu_mask_bf16(const uint16_t *y, const uint16_t *dy, uint16_t *dx, size_t n) {
  lb_masked_all(y, dy, dx, n);
}
void lb_add_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) { lb_sum_all(a, b, y, n); }
void lb_accumulate_bf16(const uint16_t *x, uint16_t *y, size_t n) { lb_sum_in_place_all(x, x, y, n); }
void lb_add_relu_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n) {
  lb_positive_sum_all(a, b, y, n);
}
