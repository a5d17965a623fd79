// Steps of RMSprop and QHAdam, in one pass over parameter, gradient and state.
#pragma once
#include "optimizer_steps.h"

#pragma clang assume_nonnull begin

typedef struct lb_rmsprop {
  lb_decay decay;
  float rate, momentum, alpha, epsilon;
  /// PyTorch averages the gradient after the division by the root, fastai before.
  bool divides_first;
} lb_rmsprop;
/// m: null without momentum; c: the average of the gradient (centered), null for none.
void lb_rmsprop_step(
  lb_rmsprop s, float *p, const float *g, float *v, float *_Nullable m, float *_Nullable c, size_t n);

typedef struct lb_qhadam {
  lb_decay decay;
  float rate, beta1, beta2, nu1, nu2, epsilon, debias1, debias2;
} lb_qhadam;
void lb_qhadam_step(lb_qhadam s, float *p, const float *g, float *m, float *v, size_t n);

#pragma clang assume_nonnull end
