// Focal loss from the cross entropy of each position.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// y = (1 - e^-ce)^gamma * ce.
void lb_focal_forward(const float *ce, double gamma, float *y, size_t n);
void lb_focal_backward(const float *ce, const float *dy, double gamma, float *dx, size_t n);

#pragma clang assume_nonnull end
