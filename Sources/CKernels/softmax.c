#include "softmax.h"
#include <math.h>

void lb_softmax(const float *x, size_t rows, size_t columns, bool logarithm, float *y) {
  for (size_t r = 0; r < rows; ++r, x += columns, y += columns) {
    float top = x[0];
    for (size_t c = 1; c < columns; ++c) top = x[c] > top ? x[c] : top;
    double sum = 0;
    for (size_t c = 0; c < columns; ++c) sum += exp((double)x[c] - (double)top);
    if (logarithm) {
      double log_sum = log(sum) + (double)top;
      for (size_t c = 0; c < columns; ++c) y[c] = (float)((double)x[c] - log_sum);
    } else {
      for (size_t c = 0; c < columns; ++c) y[c] = (float)(exp((double)x[c] - (double)top) / sum);
    }
  }
}

void lb_softmax_backward(
  const float *y, const float *dy, size_t rows, size_t columns, bool logarithm, float *dx) {
  for (size_t r = 0; r < rows; ++r, y += columns, dy += columns, dx += columns) {
    double s = 0;
    for (size_t c = 0; c < columns; ++c) s += logarithm ? (double)dy[c] : (double)dy[c] * y[c];
    for (size_t c = 0; c < columns; ++c)
      dx[c] = (float)(logarithm ? (double)dy[c] - exp((double)y[c]) * s : (double)y[c] * (dy[c] - s));
  }
}
