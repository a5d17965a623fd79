#include "batch_norm_jobs.h"

// Passes over channels-last images: a row is a pixel with all its channels, a multiple of 16. Rows are read once,
// in order, while the sums of up to 512 channels stay in the L1 cache. Sums run in float over 64 rows, then in
// double. The number of chunks depends on the images only, so the number of threads does not change the result.

enum { tile = 512 };

size_t lb_row_chunks(size_t rows) {
  size_t chunks = rows / stretch;
  return chunks < 1 ? 1 : chunks > 64 ? 64 : chunks;
}

// MARK: Sums of a chunk

typedef enum { MOMENTS, GRADIENT, GRADIENT_OF_RELU, GRADIENT_OF_SUM } lb_row_kind;

// Sums over rows begin ..< end for the channels c ..< c + n.
LB_INLINE void lb_tile_sums(
  const lb_sums_job *j, size_t begin, size_t end, size_t c, size_t n, double *sums, bool bf16,
  lb_row_kind kind) {
  float first[tile], second[tile];
  for (size_t k = 0; k < n; ++k) sums[c + k] = sums[j->s.block + c + k] = 0;
  for (size_t row = begin; row < end;) {
    size_t stop = row + stretch < end ? row + stretch : end;
    memset(first, 0, n * sizeof *first);
    memset(second, 0, n * sizeof *second);
    for (; row < stop; ++row) {
      size_t at = row * j->s.block + c;
      for (size_t k = 0; k < n; k += lanes) {
        f32x16 a = lb_load(first, k, false), b = lb_load(second, k, false), zero = {0};
        f32x16 x = lb_load(j->x, at + k, bf16), mean = lb_load(j->mean, c + k, false);
        if (kind == MOMENTS) {
          f32x16 d = x - mean;
          a += d;
          b += d * d;
        } else {
          f32x16 dz = lb_load(j->dy, at + k, bf16);
          if (kind == GRADIENT_OF_SUM) {
            dz = lb_where(lb_load(j->y, at + k, bf16) > zero, dz);
            lb_store(j->dz, at + k, dz, bf16);
          } else if (kind == GRADIENT_OF_RELU) {
            f32x16 factor = lb_load(j->factor, c + k, false), shift = lb_load(j->shift, c + k, false);
            dz = lb_where(lb_normalized(x, mean, factor, shift) > zero, dz);
          }
          a += dz;
          b += dz * (x - mean);
        }
        lb_store(first, k, a, false);
        lb_store(second, k, b, false);
      }
    }
    for (size_t k = 0; k < n; ++k) {
      sums[c + k] += first[k];
      sums[j->s.block + c + k] += second[k];
    }
  }
}
LB_INLINE void lb_chunk_sums(const lb_sums_job *j, size_t chunk, bool bf16, lb_row_kind kind) {
  size_t chunks = lb_row_chunks(lb_rows_of(j->s));
  size_t begin = lb_rows_of(j->s) * chunk / chunks, end = lb_rows_of(j->s) * (chunk + 1) / chunks;
  for (size_t c = 0; c < j->s.block; c += tile) {
    size_t n = j->s.block - c < tile ? j->s.block - c : tile;
    lb_tile_sums(j, begin, end, c, n, j->sums + chunk * 2 * j->s.block, bf16, kind);
  }
}

// MARK: Scalars of a row

typedef enum { NORMALIZE, NORMALIZE_RELU, NORMALIZE_SUM, NORMALIZE_SUM_RELU, BACKWARD, BACKWARD_RELU } lb_scalar_kind;

LB_INLINE void lb_row_of_scalars(const lb_plane_job *j, size_t row, bool bf16, lb_scalar_kind kind) {
  const f32x16 zero = {0};
  for (size_t c = 0, at = row * j->s.block; c < j->s.block; c += lanes, at += lanes) {
    f32x16 x = lb_load(j->x, at, bf16), mean = lb_load(j->mean, c, false);
    f32x16 factor = lb_load(j->factor, c, false), shift = lb_load(j->shift, c, false), y;
    if (kind == BACKWARD || kind == BACKWARD_RELU) {
      f32x16 dz = lb_load(j->other, at, bf16);
      if (kind == BACKWARD_RELU) dz = lb_where(lb_normalized(x, mean, factor, shift) > zero, dz);
      y = factor * dz - lb_load(j->c1, c, false) - (x - mean) * lb_load(j->c2, c, false);
    } else {
      y = lb_normalized(x, mean, factor, shift);
      if (kind == NORMALIZE_SUM || kind == NORMALIZE_SUM_RELU) y += lb_load(j->other, at, bf16);
      // ReLU propagates NaN.
      if (kind == NORMALIZE_RELU || kind == NORMALIZE_SUM_RELU) y = lb_where(~(y <= zero), y);
    }
    lb_store(j->y, at, y, bf16);
  }
}

// MARK: Over all rows

LB_BY_SCALAR_TYPE(moments, lb_sums_job, j->s.bf16, lb_chunk_sums(j, i, bf16, MOMENTS))
LB_BY_SCALAR_TYPE(gradient, lb_sums_job, j->s.bf16, lb_chunk_sums(j, i, bf16, GRADIENT))
LB_BY_SCALAR_TYPE(gradient_of_relu, lb_sums_job, j->s.bf16, lb_chunk_sums(j, i, bf16, GRADIENT_OF_RELU))
LB_BY_SCALAR_TYPE(gradient_of_sum, lb_sums_job, j->s.bf16, lb_chunk_sums(j, i, bf16, GRADIENT_OF_SUM))
LB_BY_SCALAR_TYPE(normalize, lb_plane_job, j->s.bf16, lb_row_of_scalars(j, i, bf16, NORMALIZE))
LB_BY_SCALAR_TYPE(normalize_relu, lb_plane_job, j->s.bf16, lb_row_of_scalars(j, i, bf16, NORMALIZE_RELU))
LB_BY_SCALAR_TYPE(normalize_sum, lb_plane_job, j->s.bf16, lb_row_of_scalars(j, i, bf16, NORMALIZE_SUM))
LB_BY_SCALAR_TYPE(normalize_sum_relu, lb_plane_job, j->s.bf16, lb_row_of_scalars(j, i, bf16, NORMALIZE_SUM_RELU))
LB_BY_SCALAR_TYPE(backward, lb_plane_job, j->s.bf16, lb_row_of_scalars(j, i, bf16, BACKWARD))
LB_BY_SCALAR_TYPE(backward_relu, lb_plane_job, j->s.bf16, lb_row_of_scalars(j, i, bf16, BACKWARD_RELU))

static void lb_over_chunks(const lb_sums_job *j, lb_range_body body) {
  size_t chunks = lb_row_chunks(lb_rows_of(j->s));
  lb_parallel_items(chunks, lb_rows_of(j->s) / chunks * j->s.block, (void *)j, body);
}

void lb_row_moments(const lb_sums_job *j) { lb_over_chunks(j, moments); }
void lb_row_gradient_sums(const lb_sums_job *j) {
  lb_over_chunks(j, j->y ? gradient_of_sum : j->relu ? gradient_of_relu : gradient);
}
void lb_row_normalize(const lb_plane_job *j) {
  lb_range_body body = j->other ? (j->relu ? normalize_sum_relu : normalize_sum)
    : j->relu ? normalize_relu : normalize;
  lb_parallel_items(lb_rows_of(j->s), j->s.block, (void *)j, body);
}
void lb_row_input_gradient(const lb_plane_job *j) {
  lb_parallel_items(lb_rows_of(j->s), j->s.block, (void *)j, j->relu ? backward_relu : backward);
}
