#include "focal_loss.h"
#include <math.h>

// loss = (1 - p)^gamma * ce with p = e^-ce, one scalar per position.

void lb_focal_forward(const float *ce, double gamma, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (float)(pow(-expm1(-(double)ce[i]), gamma) * (double)ce[i]);
}
void lb_focal_backward(const float *ce, const float *dy, double gamma, float *dx, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    double l = ce[i], q = -expm1(-l), d = pow(q, gamma);
    // The limit of q^(gamma - 1) * l at l = 0 is 0.
    if (gamma != 0 && l > 0) d += gamma * pow(q, gamma - 1) * exp(-l) * l;
    dx[i] = (float)(d * (double)dy[i]);
  }
}
