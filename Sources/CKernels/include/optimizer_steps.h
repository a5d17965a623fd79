// Optimizer steps after fastai, in one pass over parameter, gradient and state.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct lb_adam {
  float learning_rate, beta1, beta2, epsilon, weight_decay, debias1, debias2, gradient_scale;
  bool decoupled;
} lb_adam;
void lb_adam_step(lb_adam s, float *p, const float *g, float *m, float *v, size_t n);
typedef struct lb_sgd {
  float learning_rate, momentum, weight_decay, gradient_scale;
  bool decoupled, has_momentum;
} lb_sgd;
void lb_sgd_step(lb_sgd s, float *p, const float *g, float *_Nullable m, size_t n);

#pragma clang assume_nonnull end
