// What batch norm's two files share.
#pragma once
#include "vectors.h"

// Rows or chunks that are summed in float before they are added up in double.
enum { stretch = 64 };

// One spelling, so that backward sees the same sign as forward did.
LB_INLINE f32x16 lb_normalized(f32x16 x, f32x16 mean, f32x16 factor, f32x16 shift) {
  return (x - mean) * factor + shift;
}

// Blocks are done in groups small enough for the cache: what the sums have read is there when the scalars
// are computed.
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

// Channels-last images (batch_norm_rows.c): rows are pixels, all channels of a pixel together.
LB_INLINE size_t lb_rows_of(lb_planes s) { return s.images * (s.count / s.block); }
/// The rows are summed in so many chunks, whatever the number of threads.
size_t lb_row_chunks(size_t rows);
/// Σ (x − mean), Σ (x − mean)² of every chunk, where `mean` is a guess.
void lb_row_moments(const lb_sums_job *job);
/// Σ dz, Σ dz (x − mean) of every chunk; writes dz where y is given.
void lb_row_gradient_sums(const lb_sums_job *job);
/// y = (x − mean) factor + shift (+ other), then ReLU where asked.
void lb_row_normalize(const lb_plane_job *job);
/// y = factor dz − c1 − (x − mean) c2, dz in `other`.
void lb_row_input_gradient(const lb_plane_job *job);
