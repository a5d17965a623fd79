#include "layer_norm.h"
#include "kernel.h"
#include <math.h>

void lb_row_inverse_deviation(double *squares, size_t rows, size_t n, double epsilon) {
  for (size_t r = 0; r < rows; ++r) squares[r] = 1.0 / sqrt(squares[r] / (double)n + epsilon);
}

// A row is one group of one item: `channels` * `pixels` scalars. Its channels start at (row mod groups) * channels.

LB_KERNEL static void lb_norm_run(
  const float *restrict x, double mean, double inverse, float w, float b, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (float)(((double)x[i] - mean) * inverse) * w + b;
}
LB_KERNEL static void lb_norm_each(
  const float *restrict x, double mean, double inverse, const float *restrict w, const float *restrict b,
  float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (float)(((double)x[i] - mean) * inverse) * w[i] + b[i];
}

typedef struct {
  lb_norm s;
  const float *x, *dy, *w, *b;
  const double *mean, *inverse;
  float *out, *dw, *db;
} lb_norm_job;

static void lb_norm_range(void *context, size_t begin, size_t end) {
  const lb_norm_job *j = context;
  size_t c = j->s.channels, p = j->s.pixels;
  for (size_t r = begin; r < end; ++r) {
    const float *x = j->x + r * c * p;
    float *y = j->out + r * c * p;
    size_t first = r % j->s.groups * c;
    if (j->w && p == 1) lb_norm_each(x, j->mean[r], j->inverse[r], j->w + first, j->b + first, y, c);
    else if (j->w)
      for (size_t k = 0; k < c; ++k)
        lb_norm_run(x + k * p, j->mean[r], j->inverse[r], j->w[first + k], j->b[first + k], y + k * p, p);
    else lb_norm_run(x, j->mean[r], j->inverse[r], 1, 0, y, c * p);
  }
}
void lb_norm_forward(
  lb_norm s, const float *x, const float *w, const float *b, const double *mean, const double *inverse,
  float *y) {
  lb_norm_job job = {s, x, NULL, w, b, mean, inverse, y, NULL, NULL};
  lb_parallel_items(s.rows, s.channels * s.pixels, &job, lb_norm_range);
}

// Sums of g and g * xhat, where g = w * dy and xhat = (x - mean) * inverse.
typedef struct { double g, gx; } lb_norm_sums;
LB_KERNEL static lb_norm_sums lb_norm_sum_run(
  const float *x, const float *dy, double mean, double inverse, size_t n) {
#pragma clang fp reassociate(on)
  double g = 0, gx = 0;
  for (size_t i = 0; i < n; ++i) {
    g += (double)dy[i];
    gx += (double)dy[i] * (((double)x[i] - mean) * inverse);
  }
  lb_norm_sums s = {g, gx};
  return s;
}
LB_KERNEL static lb_norm_sums lb_norm_sum_each(
  const float *x, const float *dy, const float *w, double mean, double inverse, size_t n) {
#pragma clang fp reassociate(on)
  double g = 0, gx = 0;
  for (size_t i = 0; i < n; ++i) {
    double d = (double)dy[i] * (double)w[i];
    g += d;
    gx += d * (((double)x[i] - mean) * inverse);
  }
  lb_norm_sums s = {g, gx};
  return s;
}
// dx = inverse * (g - mean(g) - xhat * mean(g * xhat)).
LB_KERNEL static void lb_norm_back_run(
  const float *restrict x, const float *restrict dy, double w, double mean, double inverse, double g, double gx,
  float *restrict dx, size_t n) {
  for (size_t i = 0; i < n; ++i)
    dx[i] = (float)(inverse * ((double)dy[i] * w - g - ((double)x[i] - mean) * inverse * gx));
}
LB_KERNEL static void lb_norm_back_each(
  const float *restrict x, const float *restrict dy, const float *restrict w, double mean, double inverse,
  double g, double gx, float *restrict dx, size_t n) {
  for (size_t i = 0; i < n; ++i)
    dx[i] = (float)(inverse * ((double)dy[i] * (double)w[i] - g - ((double)x[i] - mean) * inverse * gx));
}
static void lb_norm_backward_range(void *context, size_t begin, size_t end) {
  const lb_norm_job *j = context;
  size_t c = j->s.channels, p = j->s.pixels, n = c * p;
  for (size_t r = begin; r < end; ++r) {
    const float *x = j->x + r * n, *dy = j->dy + r * n;
    float *dx = j->out + r * n;
    const float *w = j->w ? j->w + r % j->s.groups * c : NULL;
    double mean = j->mean[r], inverse = j->inverse[r];
    lb_norm_sums s = {0, 0};
    if (!w) s = lb_norm_sum_run(x, dy, mean, inverse, n);
    else if (p == 1) s = lb_norm_sum_each(x, dy, w, mean, inverse, c);
    else
      for (size_t k = 0; k < c; ++k) {
        lb_norm_sums t = lb_norm_sum_run(x + k * p, dy + k * p, mean, inverse, p);
        s.g += t.g * (double)w[k];
        s.gx += t.gx * (double)w[k];
      }
    double g = s.g / (double)n, gx = s.gx / (double)n;
    if (!w) lb_norm_back_run(x, dy, 1, mean, inverse, g, gx, dx, n);
    else if (p == 1) lb_norm_back_each(x, dy, w, mean, inverse, g, gx, dx, c);
    else
      for (size_t k = 0; k < c; ++k)
        lb_norm_back_run(x + k * p, dy + k * p, w[k], mean, inverse, g, gx, dx + k * p, p);
  }
}
void lb_norm_backward(
  lb_norm s, const float *x, const float *dy, const float *w, const double *mean, const double *inverse,
  float *dx) {
  lb_norm_job job = {s, x, dy, w, NULL, mean, inverse, dx, NULL, NULL};
  lb_parallel_items(s.rows, 2 * s.channels * s.pixels, &job, lb_norm_backward_range);
}

LB_KERNEL static void lb_norm_weights_each(
  const float *restrict x, const float *restrict dy, double mean, double inverse, double *restrict dw,
  double *restrict db, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    dw[i] += (double)dy[i] * (((double)x[i] - mean) * inverse);
    db[i] += (double)dy[i];
  }
}
// Over the channels of all groups, so that threads share no sum.
static void lb_norm_weights_range(void *context, size_t begin, size_t end) {
  const lb_norm_job *j = context;
  size_t c = j->s.channels, p = j->s.pixels, groups = j->s.groups;
  for (size_t k = begin; k < end;) {
    size_t group = k / c, stop = (group + 1) * c < end ? (group + 1) * c : end;
    size_t width = stop - k < 512 ? stop - k : 512;
    double dw[512] = {0}, db[512] = {0};
    for (size_t r = group; r < j->s.rows; r += groups) {
      size_t at = (r * c + k - group * c) * p;
      if (p == 1) {
        lb_norm_weights_each(j->x + at, j->dy + at, j->mean[r], j->inverse[r], dw, db, width);
        continue;
      }
      for (size_t i = 0; i < width; ++i) {
        lb_norm_sums t = lb_norm_sum_run(j->x + at + i * p, j->dy + at + i * p, j->mean[r], j->inverse[r], p);
        dw[i] += t.gx;
        db[i] += t.g;
      }
    }
    for (size_t i = 0; i < width; ++i) {
      j->dw[k + i] = (float)dw[i];
      j->db[k + i] = (float)db[i];
    }
    k += width;
  }
}
void lb_norm_backward_weights(
  lb_norm s, const float *x, const float *dy, const double *mean, const double *inverse, float *dw, float *db) {
  lb_norm_job job = {s, x, dy, NULL, NULL, mean, inverse, NULL, dw, db};
  size_t per_channel = s.rows / (s.groups ? s.groups : 1) * s.pixels;
  lb_parallel_items(s.channels * s.groups, per_channel, &job, lb_norm_weights_range);
}
