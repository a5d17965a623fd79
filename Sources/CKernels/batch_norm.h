// What batch norm's two files share.
#pragma once
#include "vectors.h"

// Rows or chunks that are summed in float before they are added up in double.
enum { stretch = 64 };

// One spelling, so that backward sees the same sign as forward did.
LB_INLINE f32x16 lb_normalised(f32x16 x, f32x16 mean, f32x16 factor, f32x16 shift) {
  return (x - mean) * factor + shift;
}

// Statistics over channels-last images (batch_norm_rows.c): rows are pixels, `channels` scalars each.
typedef struct {
  size_t rows, channels;
  bool bf16;
  const void *x, *dy, *y;              // y: the output, where its sign is the ReLU's mask
  const float *mean, *factor, *shift;
  void *dz;
  bool relu;
  double *sums;                        // [chunks, 2, channels]
} lb_row_sums;
// Scalars of such images.
typedef struct {
  size_t rows, channels;
  bool bf16;
  const void *x, *other;
  const float *mean, *factor, *shift, *c1, *c2;
  bool relu;
  void *y;
} lb_row_scalars;

/// The rows are summed in so many chunks, whatever the number of threads.
size_t lb_row_chunks(size_t rows);
/// Σ (x − mean), Σ (x − mean)² of every chunk, where `mean` is a guess.
void lb_row_moments(const lb_row_sums *job);
/// Σ dz, Σ dz (x − mean) of every chunk; writes dz where y is given.
void lb_row_gradient_sums(const lb_row_sums *job);
/// y = (x − mean) factor + shift (+ other), then ReLU where asked.
void lb_row_normalise(const lb_row_scalars *job);
/// y = factor dz − c1 − (x − mean) c2, dz in `other`.
void lb_row_input_gradient(const lb_row_scalars *job);
