// Steps of LAMB and LARC, whose rate depends on the norms of the whole parameter: one pass for the norms, one for the
// update. The sums do not depend on the number of threads.
#pragma once
#include "optimizer_steps.h"

#pragma clang assume_nonnull begin

typedef struct lb_lamb {
  lb_decay decay;
  float rate, beta1, beta2, epsilon, debias1, debias2;
} lb_lamb;
void lb_lamb_step(lb_lamb s, float *p, const float *g, float *m, float *v, size_t n);

typedef struct lb_larc {
  /// `rate` is replaced by the local rate.
  lb_sgd sgd;
  /// `weight_decay`: in the local rate, also where no decay is applied.
  float trust, weight_decay, epsilon;
  /// Whether the local rate is at most `rate` (LARC; LARS otherwise).
  bool clips;
} lb_larc;
void lb_larc_step(lb_larc s, float *p, const float *g, float *_Nullable m, size_t n);

#pragma clang assume_nonnull end
