#include "batch_norm.h"
#include "batch_norm_jobs.h"

// Batch norm, forward and backward: a pass that sums, then a pass over the scalars. batch_norm_planes.c has the
// passes for row-major and blocked images, batch_norm_rows.c those for channels-last images.

static bool lb_is_channels_last(lb_planes s) { return s.block > lanes; }

// Number of partial sums per channel: one per image, or one per chunk of rows.
static size_t lb_sums_per_channel(lb_planes s) {
  return lb_is_channels_last(s) ? lb_row_chunks(lb_rows_of(s)) : s.images;
}

size_t lb_batch_norm_sums(lb_planes s) { return lb_sums_per_channel(s) * s.blocks * s.block * 2; }

// Adds the partial sums in a fixed order, so that the result does not depend on the number of threads.
static void lb_total(lb_planes s, const double *sums, size_t channel, double *a, double *b) {
  size_t block = channel / s.block, lane = channel % s.block, parts = lb_sums_per_channel(s);
  *a = *b = 0;
  for (size_t image = 0; image < parts; ++image) {
    const double *p = sums + (image * s.blocks + block) * 2 * s.block;
    *a += p[lane];
    *b += p[s.block + lane];
  }
}

static lb_group lb_next_group(lb_planes s, size_t first, size_t tensors) {
  if (lb_is_channels_last(s)) return (lb_group){first, s.blocks};
  const size_t cache = (size_t)8 << 20;
  size_t bytes = s.images * s.count * (s.bf16 ? 2 : 4) * tensors;
  size_t fit = bytes ? cache / bytes : s.blocks;
  if (fit < 1) fit = 1;
  return (lb_group){first, fit < s.blocks - first ? fit : s.blocks - first};
}

// MARK: One group of blocks

static void lb_moments(lb_sums_job job) {
  if (lb_is_channels_last(job.s)) lb_row_moments(&job);
  else lb_plane_moments(&job);
}
static void lb_gradient_sums(lb_sums_job job) {
  if (lb_is_channels_last(job.s)) lb_row_gradient_sums(&job);
  else lb_plane_gradient_sums(&job);
}
static void lb_normalize(lb_plane_job job) {
  if (lb_is_channels_last(job.s)) lb_row_normalize(&job);
  else lb_plane_normalize(&job);
}
static void lb_input_gradient(lb_plane_job job) {
  if (lb_is_channels_last(job.s)) lb_row_input_gradient(&job);
  else lb_plane_input_gradient(&job);
}

// The mean of the first pixels, as an estimate to subtract: squares then have the magnitude of the variance
// and do not cancel, however large the mean is.
static void lb_estimate_means(lb_planes s, const void *x, float *mean) {
  size_t pixels = s.count / s.block, sampled = pixels < 16 ? pixels : 16;
  for (size_t c = 0; c < s.blocks * s.block; ++c) {
    double sum = 0;
    for (size_t p = 0; p < sampled; ++p) {
      size_t i = c / s.block * s.count + p * s.block + c % s.block;
      sum += s.bf16 ? lb_wide(((const uint16_t *)x)[i]) : ((const float *)x)[i];
    }
    mean[c] = (float)(sum / (double)sampled);
  }
}

void lb_batch_norm_forward(
  lb_planes s, const void *x, const void *addend, lb_batch_norm_channels k, float epsilon, bool given, bool relu,
  void *y) {
  if (!given) lb_estimate_means(s, x, k.mean);
  double count = (double)(s.images * (s.count / s.block));
  lb_group g;
  for (size_t first = 0; first < s.blocks; first += g.count) {
    g = lb_next_group(s, first, addend ? 3 : 2);
    if (!given) {
      lb_moments((lb_sums_job){.s = s, .g = g, .x = x, .mean = k.mean, .sums = k.sums});
    }
    for (size_t c = first * s.block; c < (first + g.count) * s.block; ++c) {
      if (!given) {
        double a, b;
        lb_total(s, k.sums, c, &a, &b);
        double shifted = a / count, spread = b / count - shifted * shifted;
        k.mean[c] = (float)(k.mean[c] + shifted);
        k.variance[c] = spread > 0 || spread != spread ? (float)spread : 0.0f;
      }
      k.inverse[c] = 1 / __builtin_sqrt((double)k.variance[c] + (double)epsilon);
      k.factor[c] = (float)((double)k.scale[c] * k.inverse[c]);
    }
    lb_normalize((lb_plane_job){.s = s, .g = g, .x = x, .other = addend, .mean = k.mean,
                                      .factor = k.factor, .shift = k.shift, .relu = relu, .y = y});
  }
}

void lb_batch_norm_backward(
  lb_planes s, const void *x, const void *dy, const void *y, lb_batch_norm_channels k, bool given, bool relu,
  void *dz, float *scale_gradient, float *shift_gradient, void *dx) {
  double count = (double)(s.images * (s.count / s.block));
  lb_group g;
  for (size_t first = 0; first < s.blocks; first += g.count) {
    g = lb_next_group(s, first, y ? 3 : 2);
    lb_gradient_sums((lb_sums_job){.s = s, .g = g, .x = x, .dy = dy, .y = y, .mean = k.mean,
                                        .factor = k.factor, .shift = k.shift, .dz = dz, .relu = relu,
                                        .sums = k.sums});
    for (size_t c = first * s.block; c < (first + g.count) * s.block; ++c) {
      double sum, product;
      lb_total(s, k.sums, c, &sum, &product);
      scale_gradient[c] = (float)(product * k.inverse[c]);
      shift_gradient[c] = (float)sum;
      // Given statistics are constants.
      double f = given ? 0 : (double)k.factor[c] / count;
      k.c1[c] = (float)(f * sum);
      k.c2[c] = (float)(f * k.inverse[c] * k.inverse[c] * product);
    }
    if (!dx) continue;
    lb_input_gradient((lb_plane_job){.s = s, .g = g, .x = x, .other = y ? dz : dy, .mean = k.mean,
                                          .factor = k.factor, .shift = k.shift, .c1 = k.c1, .c2 = k.c2,
                                          .relu = relu && !y, .y = dx});
  }
}
