#include "batch_norm.h"

// Batch norm over planes of channel blocks: [images, blocks, pixels, block], block 1, 2, 4, 8 or 16. A plane
// is read in chunks of 16 scalars; lane l of a chunk belongs to channel l % block of its block, so one loop
// serves row-major memory (block 1) and all blocked orders. Sums run in float over short stretches, then in
// double; each plane has its own, added in one order, so the number of threads changes no bit.
//
// Where all channels are one block (channels last), batch_norm_rows.c does the passes.

// MARK: Sums of a plane

// The plane of a task: images are the slower index, so that neighbors in memory are done together.
LB_INLINE size_t lb_plane_of(lb_planes s, lb_group g, size_t task) {
  return task / g.count * s.blocks + g.first + task % g.count;
}

LB_INLINE void lb_fold(const f64x16 *a, const f64x16 *b, size_t block, double *sums) {
  for (size_t l = 0; l < 2 * block; ++l) sums[l] = 0;
  for (size_t l = 0; l < lanes; ++l) {
    sums[l % block] += (*a)[l];
    sums[block + l % block] += (*b)[l];
  }
}

// Σ (x − mean), Σ (x − mean)², where `mean` is a guess.
LB_INLINE void lb_moments(const lb_sums_job *j, size_t plane, bool bf16) {
  size_t n = j->s.count, block = j->s.block, base = plane * n;
  f32x16 guess = lb_lanes(j->mean + plane % j->s.blocks * block, block);
  f64x16 total1 = {0}, total2 = {0};
  size_t i = 0;
  while (i + lanes <= n) {
    f32x16 s1 = {0}, s2 = {0};
    for (int k = 0; k < stretch && i + lanes <= n; ++k, i += lanes) {
      f32x16 d = lb_load(j->x, base + i, bf16) - guess;
      s1 += d;
      s2 += d * d;
    }
    total1 += __builtin_convertvector(s1, f64x16);
    total2 += __builtin_convertvector(s2, f64x16);
  }
  if (i < n) {
    f32x16 d = lb_load_part(j->x, base + i, n - i, bf16) - guess;
    for (size_t l = n - i; l < lanes; ++l) d[l] = 0;
    total1 += __builtin_convertvector(d, f64x16);
    total2 += __builtin_convertvector(d * d, f64x16);
  }
  lb_fold(&total1, &total2, block, j->sums + plane * 2 * block);
}

// Σ dz, Σ dz (x − mean); dz is dy where the result was positive, if there was a ReLU.
LB_INLINE void lb_gradient_sums_of(const lb_sums_job *j, size_t plane, bool bf16, bool relu, bool masks) {
  size_t n = j->s.count, block = j->s.block, base = plane * n, c = plane % j->s.blocks * block;
  f32x16 mean = lb_lanes(j->mean + c, block), factor = lb_lanes(j->factor + c, block);
  f32x16 shift = lb_lanes(j->shift + c, block), zero = {0};
  f64x16 total1 = {0}, total2 = {0};
  size_t i = 0;
  while (i + lanes <= n) {
    f32x16 s1 = {0}, s2 = {0};
    for (int k = 0; k < stretch && i + lanes <= n; ++k, i += lanes) {
      f32x16 x = lb_load(j->x, base + i, bf16), dz = lb_load(j->dy, base + i, bf16);
      if (masks) {
        dz = lb_where(lb_load(j->y, base + i, bf16) > zero, dz);
        lb_store(j->dz, base + i, dz, bf16);
      } else if (relu) {
        dz = lb_where(lb_normalized(x, mean, factor, shift) > zero, dz);
      }
      s1 += dz;
      s2 += dz * (x - mean);
    }
    total1 += __builtin_convertvector(s1, f64x16);
    total2 += __builtin_convertvector(s2, f64x16);
  }
  if (i < n) {
    f32x16 x = lb_load_part(j->x, base + i, n - i, bf16);
    f32x16 dz = lb_load_part(j->dy, base + i, n - i, bf16);
    if (masks) {
      dz = lb_where(lb_load_part(j->y, base + i, n - i, bf16) > zero, dz);
      lb_store_part(j->dz, base + i, dz, n - i, bf16);
    } else if (relu) {
      dz = lb_where(lb_normalized(x, mean, factor, shift) > zero, dz);
    }
    total1 += __builtin_convertvector(dz, f64x16);
    total2 += __builtin_convertvector(dz * (x - mean), f64x16);
  }
  lb_fold(&total1, &total2, block, j->sums + plane * 2 * block);
}
LB_INLINE void lb_gradient_sums(const lb_sums_job *j, size_t plane, bool bf16) {
  if (j->y) lb_gradient_sums_of(j, plane, bf16, true, true);
  else if (j->relu) lb_gradient_sums_of(j, plane, bf16, true, false);
  else lb_gradient_sums_of(j, plane, bf16, false, false);
}

// MARK: Scalars of a plane

// y = (x − mean) factor + shift (+ other), then ReLU.
LB_INLINE void lb_normalize_as(const lb_plane_job *j, size_t plane, bool bf16, bool adds, bool relu) {
  size_t n = j->s.count, block = j->s.block, base = plane * n, c = plane % j->s.blocks * block;
  f32x16 mean = lb_lanes(j->mean + c, block), factor = lb_lanes(j->factor + c, block);
  f32x16 shift = lb_lanes(j->shift + c, block), zero = {0};
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    f32x16 y = lb_normalized(lb_load(j->x, base + i, bf16), mean, factor, shift);
    if (adds) y += lb_load(j->other, base + i, bf16);
    // A NaN is not hidden by the ReLU.
    if (relu) y = lb_where(~(y <= zero), y);
    lb_store(j->y, base + i, y, bf16);
  }
  if (i < n) {
    f32x16 y = lb_normalized(lb_load_part(j->x, base + i, n - i, bf16), mean, factor, shift);
    if (adds) y += lb_load_part(j->other, base + i, n - i, bf16);
    if (relu) y = lb_where(~(y <= zero), y);
    lb_store_part(j->y, base + i, y, n - i, bf16);
  }
}
LB_INLINE void lb_normalize_channel(const lb_plane_job *j, size_t plane, bool bf16) {
  if (j->other) lb_normalize_as(j, plane, bf16, true, j->relu);
  else if (j->relu) lb_normalize_as(j, plane, bf16, false, true);
  else lb_normalize_as(j, plane, bf16, false, false);
}

// dx = factor dz − c1 − (x − mean) c2
LB_INLINE void lb_input_gradient_of(const lb_plane_job *j, size_t plane, bool bf16, bool relu) {
  size_t n = j->s.count, block = j->s.block, base = plane * n, c = plane % j->s.blocks * block;
  f32x16 mean = lb_lanes(j->mean + c, block), factor = lb_lanes(j->factor + c, block);
  f32x16 shift = lb_lanes(j->shift + c, block), zero = {0};
  f32x16 c1 = lb_lanes(j->c1 + c, block), c2 = lb_lanes(j->c2 + c, block);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    f32x16 x = lb_load(j->x, base + i, bf16), dz = lb_load(j->other, base + i, bf16);
    if (relu) dz = lb_where(lb_normalized(x, mean, factor, shift) > zero, dz);
    lb_store(j->y, base + i, factor * dz - c1 - (x - mean) * c2, bf16);
  }
  if (i < n) {
    f32x16 x = lb_load_part(j->x, base + i, n - i, bf16);
    f32x16 dz = lb_load_part(j->other, base + i, n - i, bf16);
    if (relu) dz = lb_where(lb_normalized(x, mean, factor, shift) > zero, dz);
    lb_store_part(j->y, base + i, factor * dz - c1 - (x - mean) * c2, n - i, bf16);
  }
}
LB_INLINE void lb_input_gradient(const lb_plane_job *j, size_t plane, bool bf16) {
  if (j->relu) lb_input_gradient_of(j, plane, bf16, true);
  else lb_input_gradient_of(j, plane, bf16, false);
}

// MARK: Over all planes

#define LB_OVER_PLANES(name, job_type, body)                                      \
  LB_KERNEL static void name##_f32(const job_type *j, size_t begin, size_t end) { \
    for (size_t p = begin; p < end; ++p)                                          \
      body(j, lb_plane_of(j->s, j->g, p), false);                                 \
  }                                                                               \
  LB_KERNEL static void name##_bf16(const job_type *j, size_t begin, size_t end) {\
    for (size_t p = begin; p < end; ++p)                                          \
      body(j, lb_plane_of(j->s, j->g, p), true);                                  \
  }                                                                               \
  static void name(void *context, size_t begin, size_t end) {                     \
    const job_type *j = context;                                                  \
    if (j->s.bf16) name##_bf16(j, begin, end);                                    \
    else name##_f32(j, begin, end);                                               \
  }
LB_OVER_PLANES(lb_moments_range, lb_sums_job, lb_moments)
LB_OVER_PLANES(lb_gradient_sums_range, lb_sums_job, lb_gradient_sums)
LB_OVER_PLANES(lb_normalize_range, lb_plane_job, lb_normalize_channel)
LB_OVER_PLANES(lb_input_gradient_range, lb_plane_job, lb_input_gradient)

static bool lb_is_channels_last(lb_planes s) { return s.block > lanes; }

// Sums that are kept apart for each channel: one per image, or per chunk of rows.
static size_t lb_sums_per_channel(lb_planes s) {
  return lb_is_channels_last(s) ? lb_row_chunks(lb_rows_of(s)) : s.images;
}

size_t lb_batch_norm_sums(lb_planes s) { return lb_sums_per_channel(s) * s.blocks * s.block * 2; }

// The kept sums, added in their order.
static void lb_total(lb_planes s, const double *sums, size_t channel, double *a, double *b) {
  size_t block = channel / s.block, lane = channel % s.block, kept = lb_sums_per_channel(s);
  *a = *b = 0;
  for (size_t image = 0; image < kept; ++image) {
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

// MARK: A group of blocks, in either order

#define LB_OVER_GROUP(name, job_type, rows, range)                                               \
  static void name(job_type job) {                                                               \
    if (lb_is_channels_last(job.s)) rows(&job);                                                  \
    else lb_parallel_items(job.s.images * job.g.count, job.s.count, &job, range);                \
  }
LB_OVER_GROUP(lb_find_moments, lb_sums_job, lb_row_moments, lb_moments_range)
LB_OVER_GROUP(lb_find_gradient_sums, lb_sums_job, lb_row_gradient_sums, lb_gradient_sums_range)
LB_OVER_GROUP(lb_normalize_group, lb_plane_job, lb_row_normalize, lb_normalize_range)
LB_OVER_GROUP(lb_find_input_gradient, lb_plane_job, lb_row_input_gradient, lb_input_gradient_range)

// A mean of the first pixels as the guess: what is squared and added is then of the size of the spread,
// however far from zero the values lie.
static void lb_guess_means(lb_planes s, const void *x, float *mean) {
  size_t pixels = s.count / s.block, looked = pixels < 16 ? pixels : 16;
  for (size_t c = 0; c < s.blocks * s.block; ++c) {
    double sum = 0;
    for (size_t p = 0; p < looked; ++p) {
      size_t i = c / s.block * s.count + p * s.block + c % s.block;
      sum += s.bf16 ? lb_wide(((const uint16_t *)x)[i]) : ((const float *)x)[i];
    }
    mean[c] = (float)(sum / (double)looked);
  }
}

void lb_batch_norm_forward(
  lb_planes s, const void *x, const void *addend, lb_norm_numbers k, float epsilon, bool given, bool relu,
  void *y) {
  if (!given) lb_guess_means(s, x, k.mean);
  double count = (double)(s.images * (s.count / s.block));
  lb_group g;
  for (size_t first = 0; first < s.blocks; first += g.count) {
    g = lb_next_group(s, first, addend ? 3 : 2);
    if (!given) {
      lb_find_moments((lb_sums_job){.s = s, .g = g, .x = x, .mean = k.mean, .sums = k.sums});
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
    lb_normalize_group((lb_plane_job){.s = s, .g = g, .x = x, .other = addend, .mean = k.mean,
                                      .factor = k.factor, .shift = k.shift, .relu = relu, .y = y});
  }
}

void lb_batch_norm_backward(
  lb_planes s, const void *x, const void *dy, const void *y, lb_norm_numbers k, bool given, bool relu,
  void *dz, float *scale_gradient, float *shift_gradient, void *dx) {
  double count = (double)(s.images * (s.count / s.block));
  lb_group g;
  for (size_t first = 0; first < s.blocks; first += g.count) {
    g = lb_next_group(s, first, y ? 3 : 2);
    lb_find_gradient_sums((lb_sums_job){.s = s, .g = g, .x = x, .dy = dy, .y = y, .mean = k.mean,
                                        .factor = k.factor, .shift = k.shift, .dz = dz, .relu = relu,
                                        .sums = k.sums});
    for (size_t c = first * s.block; c < (first + g.count) * s.block; ++c) {
      double sum, product;
      lb_total(s, k.sums, c, &sum, &product);
      scale_gradient[c] = (float)(product * k.inverse[c]);
      shift_gradient[c] = (float)sum;
      // Through given statistics no gradient flows.
      double f = given ? 0 : (double)k.factor[c] / count;
      k.c1[c] = (float)(f * sum);
      k.c2[c] = (float)(f * k.inverse[c] * k.inverse[c] * product);
    }
    if (!dx) continue;
    lb_find_input_gradient((lb_plane_job){.s = s, .g = g, .x = x, .other = y ? dz : dy, .mean = k.mean,
                                          .factor = k.factor, .shift = k.shift, .c1 = k.c1, .c2 = k.c2,
                                          .relu = relu && !y, .y = dx});
  }
}
