#include "batch_norm_jobs.h"

// Passes over planes of channel blocks, [images, blocks, pixels, block], with a block of 1, 2, 4, 8 or 16 channels.
// A plane is read in chunks of 16 scalars; lane l of a chunk belongs to channel l % block of its block, so one
// loop serves row-major memory (block 1) and all blocked orders. Sums run in float over `stretch` chunks, then in
// double.

// MARK: Sums of a plane

// The plane of a task. Images are the slower index, so that consecutive tasks are adjacent in memory.
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

// Σ (x − mean), Σ (x − mean)², where `mean` is an estimate.
LB_INLINE void lb_moments(const lb_sums_job *j, size_t plane, bool bf16) {
  size_t n = j->s.count, block = j->s.block, base = plane * n;
  f32x16 estimate = lb_lanes(j->mean + plane % j->s.blocks * block, block);
  f64x16 total1 = {0}, total2 = {0};
  size_t i = 0;
  while (i + lanes <= n) {
    f32x16 s1 = {0}, s2 = {0};
    for (int k = 0; k < stretch && i + lanes <= n; ++k, i += lanes) {
      f32x16 d = lb_load(j->x, base + i, bf16) - estimate;
      s1 += d;
      s2 += d * d;
    }
    total1 += __builtin_convertvector(s1, f64x16);
    total2 += __builtin_convertvector(s2, f64x16);
  }
  if (i < n) {
    f32x16 d = lb_load_part(j->x, base + i, n - i, bf16) - estimate;
    for (size_t l = n - i; l < lanes; ++l) d[l] = 0;
    total1 += __builtin_convertvector(d, f64x16);
    total2 += __builtin_convertvector(d * d, f64x16);
  }
  lb_fold(&total1, &total2, block, j->sums + plane * 2 * block);
}

// Σ dz, Σ dz (x − mean). dz is dy, masked by the output's sign if forward applied ReLU.
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

// y = (x − mean) factor + shift (+ other), then optional ReLU.
LB_INLINE void lb_normalize_as(const lb_plane_job *j, size_t plane, bool bf16, bool adds, bool relu) {
  size_t n = j->s.count, block = j->s.block, base = plane * n, c = plane % j->s.blocks * block;
  f32x16 mean = lb_lanes(j->mean + c, block), factor = lb_lanes(j->factor + c, block);
  f32x16 shift = lb_lanes(j->shift + c, block), zero = {0};
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    f32x16 y = lb_normalized(lb_load(j->x, base + i, bf16), mean, factor, shift);
    if (adds) y += lb_load(j->other, base + i, bf16);
    // ReLU propagates NaN.
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
LB_INLINE void lb_normalize_plane(const lb_plane_job *j, size_t plane, bool bf16) {
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

LB_BY_SCALAR_TYPE(lb_moments_range, lb_sums_job, j->s.bf16, lb_moments(j, lb_plane_of(j->s, j->g, i), bf16))
LB_BY_SCALAR_TYPE(
  lb_gradient_sums_range, lb_sums_job, j->s.bf16, lb_gradient_sums(j, lb_plane_of(j->s, j->g, i), bf16))
LB_BY_SCALAR_TYPE(
  lb_normalize_range, lb_plane_job, j->s.bf16, lb_normalize_plane(j, lb_plane_of(j->s, j->g, i), bf16))
LB_BY_SCALAR_TYPE(
  lb_input_gradient_range, lb_plane_job, j->s.bf16, lb_input_gradient(j, lb_plane_of(j->s, j->g, i), bf16))

static void lb_over_planes(lb_planes s, lb_group g, const void *job, lb_range_body body) {
  lb_parallel_items(s.images * g.count, s.count, (void *)job, body);
}

void lb_plane_moments(const lb_sums_job *j) { lb_over_planes(j->s, j->g, j, lb_moments_range); }
void lb_plane_gradient_sums(const lb_sums_job *j) { lb_over_planes(j->s, j->g, j, lb_gradient_sums_range); }
void lb_plane_normalize(const lb_plane_job *j) { lb_over_planes(j->s, j->g, j, lb_normalize_range); }
void lb_plane_input_gradient(const lb_plane_job *j) { lb_over_planes(j->s, j->g, j, lb_input_gradient_range); }
