// Jobs of the passes of batch norm; internal to CKernels.
#pragma once
#include "batch_norm.h"
#include "vectors.h"

// Rows or chunks that are summed in float before they are added in double.
enum { stretch = 64 };

// Shared by forward and backward, so that both round alike and the ReLU mask is the same.
LB_INLINE f32x16 lb_normalized(f32x16 x, f32x16 mean, f32x16 factor, f32x16 shift) {
  return (x - mean) * factor + shift;
}

// Blocks are processed in groups that fit the cache: the second pass reads what the first has loaded.
typedef struct { size_t first, count; } lb_group;

typedef struct {
  lb_planes s;
  lb_group g;
  const void *x, *dy, *y;
  const float *mean, *factor, *shift;
  void *dz;
  bool relu;
  double *sums;  // [images, blocks, 2, block]; [chunks, 2, channels] where channels are last
} lb_sums_job;
typedef struct {
  lb_planes s;
  lb_group g;
  const void *x, *other;
  const float *mean, *factor, *shift, *c1, *c2;
  bool relu;
  void *y;
} lb_plane_job;

// Row-major and blocked images (batch_norm_planes.c): planes of the group.
/// Σ (x − mean), Σ (x − mean)² of every plane, where `mean` is an estimate.
void lb_plane_moments(const lb_sums_job *job);
/// Σ dz, Σ dz (x − mean) of every plane; writes dz if y is given.
void lb_plane_gradient_sums(const lb_sums_job *job);
/// y = (x − mean) factor + shift (+ other), then optional ReLU.
void lb_plane_normalize(const lb_plane_job *job);
/// y = factor dz − c1 − (x − mean) c2, with dz in `other`.
void lb_plane_input_gradient(const lb_plane_job *job);

// Channels-last images (batch_norm_rows.c): a row is a pixel with all its channels.
LB_INLINE size_t lb_rows_of(lb_planes s) { return s.images * (s.count / s.block); }
/// Number of chunks that the rows are summed in; does not depend on the number of threads.
size_t lb_row_chunks(size_t rows);
// The same passes; sums are per chunk.
void lb_row_moments(const lb_sums_job *job);
void lb_row_gradient_sums(const lb_sums_job *job);
void lb_row_normalize(const lb_plane_job *job);
void lb_row_input_gradient(const lb_plane_job *job);
