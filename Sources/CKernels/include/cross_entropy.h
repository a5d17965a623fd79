// Softmax cross entropy.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Logits are [outer, classes, inner]. Targets are class indices, [outer, inner], or probabilities, shaped as logits.
typedef struct lb_cross_entropy {
  size_t outer, classes, inner;
  const int64_t *_Nullable targets;
  const float *_Nullable probabilities;
  const float *_Nullable weights;
  double smoothing;
  bool weighted_smoothing;
  int64_t ignored;
} lb_cross_entropy;
/// Per position: log-sum-exp of the logits, loss of the target, loss of the smoothing.
void lb_cross_entropy_forward(
  const lb_cross_entropy *s, const float *x, double *lse, double *hard, double *soft);
/// Gradient of upstream * (hard_scale * hard + soft_scale * soft); upstream NULL means 1.
void lb_cross_entropy_backward(
  const lb_cross_entropy *s, const float *x, const double *lse, const float *_Nullable upstream,
  double hard_scale, double soft_scale, float *dx);
/// Sum of the class weights of all targets that are not ignored.
double lb_target_weight(const lb_cross_entropy *s);
/// y = x + z.
void lb_doubles_to_f32(const double *x, const double *z, float *y, size_t n);
double lb_sum_doubles(const double *x, size_t n);

#pragma clang assume_nonnull end
