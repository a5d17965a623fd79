// Optimizer steps after fastai and PyTorch, in one pass over parameter, gradient and state.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Factors that all steps share: the parameter is multiplied by `keep` (decoupled weight decay); the gradient is
/// multiplied by `gradient_scale`, and `l2` times the parameter is added.
typedef struct lb_decay {
  float keep, l2, gradient_scale;
} lb_decay;

typedef struct lb_adam {
  lb_decay decay;
  /// `rate` includes the bias correction of the average and RAdam's factor.
  float rate, beta1, beta2, epsilon, debias2;
  /// RAdam: β of the softplus of the denominator; 0 for none.
  float softplus;
  /// RAdam: false in the first steps.
  bool has_denominator;
} lb_adam;
/// x: the maximum of v (AMSGrad); null for none.
void lb_adam_step(lb_adam s, float *p, const float *g, float *m, float *v, float *_Nullable x, size_t n);

typedef struct lb_sgd {
  lb_decay decay;
  /// `gain`: the factor of the gradient in the average, 1 − dampening.
  float rate, momentum, gain;
  bool nesterov;
} lb_sgd;
/// m: null without momentum.
void lb_sgd_step(lb_sgd s, float *p, const float *g, float *_Nullable m, size_t n);

/// p and slow become slow + alpha (p − slow).
void lb_lookahead_step(float *p, float *slow, float alpha, size_t n);

#pragma clang assume_nonnull end
