#include "bfloat16.h"

// Wide vectors are passed between functions that are always inlined, so no call ever has to agree on how.
#pragma clang diagnostic ignored "-Wpsabi"

// Batch norm over planes of channel blocks: [images, blocks, pixels, block], block 1, 2, 4, 8 or 16. A plane
// is read in chunks of 16 scalars; lane l of a chunk belongs to channel l % block of its block, so one loop
// serves row-major memory (block 1) and all blocked orders. Sums run in float over short stretches, then in
// double; each plane has its own, added in one order, so the number of threads changes no bit.

typedef float f32x16 __attribute__((vector_size(64)));
typedef double f64x16 __attribute__((vector_size(128)));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));

enum { lanes = 16, stretch = 64 };

LB_INLINE f32x16 lb_load(const void *x, size_t i, bool bf16) {
  if (bf16) {
    u16x16 half;
    memcpy(&half, (const uint16_t *)x + i, sizeof half);
    u32x16 wide = __builtin_convertvector(half, u32x16) << 16;
    return (f32x16)wide;
  }
  f32x16 v;
  memcpy(&v, (const float *)x + i, sizeof v);
  return v;
}
LB_INLINE void lb_store(void *y, size_t i, f32x16 v, bool bf16) {
  if (bf16) {
    u32x16 b = (u32x16)v;
    u32x16 rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
    u32x16 isNaN = (u32x16)((b & 0x7fffffffu) > 0x7f800000u);
    rounded = (rounded & ~isNaN) | (((b >> 16) | 0x40u) & isNaN);
    u16x16 half = __builtin_convertvector(rounded, u16x16);
    memcpy((uint16_t *)y + i, &half, sizeof half);
    return;
  }
  memcpy((float *)y + i, &v, sizeof v);
}
// The last chunk of a plane may be short; what is missing reads as 0.
LB_INLINE f32x16 lb_load_part(const void *x, size_t i, size_t n, bool bf16) {
  size_t size = bf16 ? 2 : 4;
  unsigned char bytes[64] = {0};
  memcpy(bytes, (const char *)x + i * size, n * size);
  return lb_load(bytes, 0, bf16);
}
LB_INLINE void lb_store_part(void *y, size_t i, f32x16 v, size_t n, bool bf16) {
  size_t size = bf16 ? 2 : 4;
  unsigned char bytes[64];
  lb_store(bytes, 0, v, bf16);
  memcpy((char *)y + i * size, bytes, n * size);
}
LB_INLINE f32x16 lb_lanes(const float *values, size_t block) {
  f32x16 v;
  for (int l = 0; l < lanes; ++l) v[l] = values[(size_t)l % block];
  return v;
}
LB_INLINE f32x16 lb_where(i32x16 mask, f32x16 v) { return (f32x16)((i32x16)v & mask); }
// One spelling, so that backward sees the same sign as forward did.
LB_INLINE f32x16 lb_normalised(f32x16 x, f32x16 mean, f32x16 factor, f32x16 shift) {
  return (x - mean) * factor + shift;
}

// MARK: Sums of a plane

// Blocks are done in groups small enough for the cache: what the sums have read is there when the scalars
// are computed.
typedef struct { size_t first, count; } lb_group;

// The plane of a task: images are the slower index, so that neighbours in memory are done together.
LB_INLINE size_t lb_plane_of(lb_planes s, lb_group g, size_t task) {
  return task / g.count * s.blocks + g.first + task % g.count;
}

typedef struct {
  lb_planes s;
  lb_group g;
  const void *x, *dy, *y;
  const float *mean, *factor, *shift;
  void *dz;
  bool relu;
  double *sums;  // [images, blocks, 2, block]
} lb_sums_job;

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
        dz = lb_where(lb_normalised(x, mean, factor, shift) > zero, dz);
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
      dz = lb_where(lb_normalised(x, mean, factor, shift) > zero, dz);
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

typedef struct {
  lb_planes s;
  lb_group g;
  const void *x, *other;
  const float *mean, *factor, *shift, *c1, *c2;
  bool relu;
  void *y;
} lb_plane_job;

// y = (x − mean) factor + shift (+ other), then ReLU.
LB_INLINE void lb_normalise_as(const lb_plane_job *j, size_t plane, bool bf16, bool adds, bool relu) {
  size_t n = j->s.count, block = j->s.block, base = plane * n, c = plane % j->s.blocks * block;
  f32x16 mean = lb_lanes(j->mean + c, block), factor = lb_lanes(j->factor + c, block);
  f32x16 shift = lb_lanes(j->shift + c, block), zero = {0};
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    f32x16 y = lb_normalised(lb_load(j->x, base + i, bf16), mean, factor, shift);
    if (adds) y += lb_load(j->other, base + i, bf16);
    // A NaN is not hidden by the ReLU.
    if (relu) y = lb_where(~(y <= zero), y);
    lb_store(j->y, base + i, y, bf16);
  }
  if (i < n) {
    f32x16 y = lb_normalised(lb_load_part(j->x, base + i, n - i, bf16), mean, factor, shift);
    if (adds) y += lb_load_part(j->other, base + i, n - i, bf16);
    if (relu) y = lb_where(~(y <= zero), y);
    lb_store_part(j->y, base + i, y, n - i, bf16);
  }
}
LB_INLINE void lb_normalise(const lb_plane_job *j, size_t plane, bool bf16) {
  if (j->other) lb_normalise_as(j, plane, bf16, true, j->relu);
  else if (j->relu) lb_normalise_as(j, plane, bf16, false, true);
  else lb_normalise_as(j, plane, bf16, false, false);
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
    if (relu) dz = lb_where(lb_normalised(x, mean, factor, shift) > zero, dz);
    lb_store(j->y, base + i, factor * dz - c1 - (x - mean) * c2, bf16);
  }
  if (i < n) {
    f32x16 x = lb_load_part(j->x, base + i, n - i, bf16);
    f32x16 dz = lb_load_part(j->other, base + i, n - i, bf16);
    if (relu) dz = lb_where(lb_normalised(x, mean, factor, shift) > zero, dz);
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
LB_OVER_PLANES(lb_normalise_range, lb_plane_job, lb_normalise)
LB_OVER_PLANES(lb_input_gradient_range, lb_plane_job, lb_input_gradient)

// The planes' sums, added in the order of the images.
static void lb_total(lb_planes s, const double *sums, size_t channel, double *a, double *b) {
  size_t block = channel / s.block, lane = channel % s.block;
  *a = *b = 0;
  for (size_t image = 0; image < s.images; ++image) {
    const double *p = sums + (image * s.blocks + block) * 2 * s.block;
    *a += p[lane];
    *b += p[s.block + lane];
  }
}

static lb_group lb_next_group(lb_planes s, size_t first, size_t tensors) {
  const size_t cache = (size_t)8 << 20;
  size_t bytes = s.images * s.count * (s.bf16 ? 2 : 4) * tensors;
  size_t fit = bytes ? cache / bytes : s.blocks;
  if (fit < 1) fit = 1;
  return (lb_group){first, fit < s.blocks - first ? fit : s.blocks - first};
}

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
      lb_sums_job job = {.s = s, .g = g, .x = x, .mean = k.mean, .sums = k.sums};
      lb_parallel_items(s.images * g.count, s.count, &job, lb_moments_range);
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
    lb_plane_job job = {.s = s, .g = g, .x = x, .other = addend, .mean = k.mean, .factor = k.factor,
                        .shift = k.shift, .relu = relu, .y = y};
    lb_parallel_items(s.images * g.count, s.count, &job, lb_normalise_range);
  }
}

void lb_batch_norm_backward(
  lb_planes s, const void *x, const void *dy, const void *y, lb_norm_numbers k, bool given, bool relu,
  void *dz, float *scale_gradient, float *shift_gradient, void *dx) {
  double count = (double)(s.images * (s.count / s.block));
  lb_group g;
  for (size_t first = 0; first < s.blocks; first += g.count) {
    g = lb_next_group(s, first, y ? 3 : 2);
    lb_sums_job job = {.s = s, .g = g, .x = x, .dy = dy, .y = y, .mean = k.mean, .factor = k.factor,
                       .shift = k.shift, .dz = dz, .relu = relu, .sums = k.sums};
    lb_parallel_items(s.images * g.count, s.count, &job, lb_gradient_sums_range);
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
    lb_plane_job apply = {.s = s, .g = g, .x = x, .other = y ? dz : dy, .mean = k.mean,
                          .factor = k.factor, .shift = k.shift, .c1 = k.c1, .c2 = k.c2,
                          .relu = relu && !y, .y = dx};
    lb_parallel_items(s.images * g.count, s.count, &apply, lb_input_gradient_range);
  }
}
