#include "grid_sample.h"
#include "kernel.h"
#include <math.h>
#include <string.h>

// Reflects p into [low, low + span]; each reflection changes the sign of `slope`, dp / dg.
LB_INLINE double lb_fold(double p, double low, double span, double *slope) {
  if (span <= 0) {
    *slope = 0;
    return 0;
  }
  double q = p - low;
  if (q < 0) {
    q = -q;
    *slope = -*slope;
  }
  double flips = floor(q / span), rest = q - flips * span;
  if (fmod(flips, 2) == 0) return rest + low;
  *slope = -*slope;
  return span - rest + low;
}
LB_INLINE double lb_clip(double p, double high, double *slope) {
  if (p > 0 && p < high) return p;
  *slope = 0;
  return p >= high ? high : 0;  // NaN maps to 0.
}
// The pixel coordinate of the grid coordinate g, and its derivative.
LB_INLINE double lb_source(double g, double n, lb_grid_mode m, double *slope) {
  *slope = m.align_corners ? (n - 1) / 2 : n / 2;
  double p = m.align_corners ? (g + 1) / 2 * (n - 1) : ((g + 1) * n - 1) / 2;
  if (m.padding == LB_GRID_REFLECTION)
    p = m.align_corners ? lb_fold(p, 0, n - 1, slope) : lb_fold(p, -0.5, n, slope);
  if (m.padding != LB_GRID_ZEROS) return lb_clip(p, n - 1, slope);
  // Far outside the image all taps are zero; clamp so that the coordinate fits an integer.
  return p > -2 && p < n + 1 ? p : -2;
}

typedef struct { lb_grid_mode m; const float *grid; size_t h, w; lb_grid_sample *out; } lb_grid_job;
static void lb_grid_range(void *context, size_t begin, size_t end) {
  const lb_grid_job *j = context;
  ptrdiff_t h = (ptrdiff_t)j->h, w = (ptrdiff_t)j->w;
  for (size_t k = begin; k < end; ++k) {
    double sx, sy;
    double px = lb_source(j->grid[2 * k], (double)w, j->m, &sx);
    double py = lb_source(j->grid[2 * k + 1], (double)h, j->m, &sy);
    if (j->m.nearest) {
      px = nearbyint(px);
      py = nearbyint(py);
    }
    ptrdiff_t x0 = (ptrdiff_t)floor(px), y0 = (ptrdiff_t)floor(py);
    lb_grid_sample *s = j->out + k;
    for (int c = 0; c < 4; ++c) {
      ptrdiff_t x = x0 + (c & 1), y = y0 + (c >> 1);
      bool inside = x >= 0 && x < w && y >= 0 && y < h && !(j->m.nearest && c > 0);
      s->at[c] = inside ? (int32_t)(y * w + x) : -1;
    }
    s->ax = (float)(px - (double)x0);
    s->ay = (float)(py - (double)y0);
    s->sx = j->m.nearest ? 0 : (float)sx;
    s->sy = j->m.nearest ? 0 : (float)sy;
  }
}
void lb_grid_samples(lb_grid_mode m, const float *grid, size_t points, size_t h, size_t w, lb_grid_sample *out) {
  lb_grid_job job = {m, grid, h, w, out};
  lb_parallel_items(points, 16, &job, lb_grid_range);
}

typedef struct {
  const lb_grid_sample *samples;
  const float *x, *dy;
  size_t channels, pixels, points;
  float *y;
} lb_sampling_job;

LB_INLINE float lb_at(const float *x, int32_t at) { return at < 0 ? 0.0f : x[at]; }

// One plane at a time.
static void lb_sampling_range(void *context, size_t begin, size_t end) {
  const lb_sampling_job *j = context;
  for (size_t plane = begin; plane < end; ++plane) {
    const float *x = j->x + plane * j->pixels;
    const lb_grid_sample *s = j->samples + plane / j->channels * j->points;
    float *y = j->y + plane * j->points;
    for (size_t k = 0; k < j->points; ++k) {
      float top = lb_at(x, s[k].at[0]) * (1.0f - s[k].ax) + lb_at(x, s[k].at[1]) * s[k].ax;
      float bottom = lb_at(x, s[k].at[2]) * (1.0f - s[k].ax) + lb_at(x, s[k].at[3]) * s[k].ax;
      y[k] = top * (1.0f - s[k].ay) + bottom * s[k].ay;
    }
  }
}
void lb_grid_sample_forward(
  const lb_grid_sample *samples, const float *x, size_t batch, size_t channels, size_t pixels, size_t points,
  float *y) {
  lb_sampling_job job = {samples, x, NULL, channels, pixels, points, y};
  lb_parallel_items(batch * channels, 8 * points, &job, lb_sampling_range);
}

// One plane at a time, so that no two threads add to the same pixel.
static void lb_sampling_backward_range(void *context, size_t begin, size_t end) {
  const lb_sampling_job *j = context;
  memset(j->y + begin * j->pixels, 0, (end - begin) * j->pixels * sizeof(float));
  for (size_t plane = begin; plane < end; ++plane) {
    float *dx = j->y + plane * j->pixels;
    const float *dy = j->dy + plane * j->points;
    const lb_grid_sample *s = j->samples + plane / j->channels * j->points;
    for (size_t k = 0; k < j->points; ++k) {
      float w[4] = {
        (1.0f - s[k].ax) * (1.0f - s[k].ay), s[k].ax * (1.0f - s[k].ay), (1.0f - s[k].ax) * s[k].ay,
        s[k].ax * s[k].ay};
      for (int c = 0; c < 4; ++c)
        if (s[k].at[c] >= 0) dx[s[k].at[c]] += w[c] * dy[k];
    }
  }
}
void lb_grid_sample_backward(
  const lb_grid_sample *samples, const float *dy, size_t batch, size_t channels, size_t pixels, size_t points,
  float *dx) {
  lb_sampling_job job = {samples, NULL, dy, channels, pixels, points, dx};
  lb_parallel_items(batch * channels, 8 * points, &job, lb_sampling_backward_range);
}

static void lb_grid_gradient_range(void *context, size_t begin, size_t end) {
  const lb_sampling_job *j = context;
  for (size_t k = begin; k < end; ++k) {
    size_t item = k / j->points, point = k % j->points;
    lb_grid_sample s = j->samples[k];
    double gx = 0, gy = 0;
    for (size_t c = 0; c < j->channels; ++c) {
      const float *x = j->x + (item * j->channels + c) * j->pixels;
      double up = j->dy[(item * j->channels + c) * j->points + point];
      float nw = lb_at(x, s.at[0]), ne = lb_at(x, s.at[1]), sw = lb_at(x, s.at[2]), se = lb_at(x, s.at[3]);
      gx += up * (double)((ne - nw) * (1.0f - s.ay) + (se - sw) * s.ay);
      gy += up * (double)((sw - nw) * (1.0f - s.ax) + (se - ne) * s.ax);
    }
    j->y[2 * k] = (float)(gx * (double)s.sx);
    j->y[2 * k + 1] = (float)(gy * (double)s.sy);
  }
}
void lb_grid_sample_backward_grid(
  const lb_grid_sample *samples, const float *x, const float *dy, size_t batch, size_t channels, size_t pixels,
  size_t points, float *dgrid) {
  lb_sampling_job job = {samples, x, dy, channels, pixels, points, dgrid};
  lb_parallel_items(batch * points, 8 * channels, &job, lb_grid_gradient_range);
}

// MARK: Affine grids

LB_INLINE double lb_base(size_t i, size_t n, bool align_corners) {
  if (align_corners) return n > 1 ? 2.0 * (double)i / (double)(n - 1) - 1.0 : 0.0;
  return (2.0 * (double)i + 1.0) / (double)n - 1.0;
}
void lb_affine_grid(const float *theta, size_t batch, size_t h, size_t w, bool align_corners, float *grid) {
  for (size_t b = 0; b < batch; ++b, theta += 6)
    for (size_t i = 0; i < h; ++i)
      for (size_t j = 0; j < w; ++j, grid += 2) {
        double x = lb_base(j, w, align_corners), y = lb_base(i, h, align_corners);
        grid[0] = (float)((double)theta[0] * x + (double)theta[1] * y + (double)theta[2]);
        grid[1] = (float)((double)theta[3] * x + (double)theta[4] * y + (double)theta[5]);
      }
}
void lb_affine_grid_backward(
  const float *dgrid, size_t batch, size_t h, size_t w, bool align_corners, float *dtheta) {
  for (size_t b = 0; b < batch; ++b) {
    double d[6] = {0};
    for (size_t i = 0; i < h; ++i)
      for (size_t j = 0; j < w; ++j, dgrid += 2) {
        double at[3] = {lb_base(j, w, align_corners), lb_base(i, h, align_corners), 1};
        for (int k = 0; k < 3; ++k) {
          d[k] += (double)dgrid[0] * at[k];
          d[3 + k] += (double)dgrid[1] * at[k];
        }
      }
    for (int k = 0; k < 6; ++k) dtheta[6 * b + k] = (float)d[k];
  }
}
