#include "max_pooling.h"
#include "vectors.h"

// Max pooling of images with channels innermost, [planes, height, width, inner], inner a multiple of 16. Forward
// stores the winning tap of each output in one byte. Backward gathers: every pixel sums the gradients of the windows
// that cover it, so each scalar is written once and threads need no synchronization.

typedef uint8_t u8x16 __attribute__((vector_size(16)));

typedef struct {
  lb_max_pool w;
  const void *x;
  void *y;
  uint8_t *taps;
} lb_max_pool_job;

typedef struct { size_t begin, end; } lb_span;

// Taps of a window that lie inside the image; `start`, where the window begins, may be negative.
LB_INLINE lb_span lb_inside(ptrdiff_t start, size_t taps, size_t length) {
  size_t begin = start < 0 ? (size_t)-start : 0;
  ptrdiff_t left = (ptrdiff_t)length - start;
  size_t end = left < (ptrdiff_t)taps ? (size_t)(left > 0 ? left : 0) : taps;
  return (lb_span){begin, end};
}

LB_INLINE void lb_max_pool_row(const lb_max_pool_job *j, size_t row, bool bf16) {
  const lb_max_pool w = j->w;
  size_t plane = row / w.out_height;
  ptrdiff_t top = (ptrdiff_t)(row % w.out_height * w.rows_step) - (ptrdiff_t)w.top;
  lb_span rows = lb_inside(top, w.rows, w.height);
  for (size_t o = 0; o < w.out_width; ++o) {
    ptrdiff_t left = (ptrdiff_t)(o * w.columns_step) - (ptrdiff_t)w.left;
    lb_span columns = lb_inside(left, w.columns, w.width);
    size_t at = (row * w.out_width + o) * w.inner;
    for (size_t c = 0; c < w.inner; c += lanes) {
      f32x16 best = {0};
      i32x16 taken = {0};
      best -= __builtin_inff();
      taken += (int32_t)(rows.begin * w.columns + columns.begin);
      for (size_t u = rows.begin; u < rows.end; ++u) {
        size_t line = plane * w.height + (size_t)(top + (ptrdiff_t)u);
        for (size_t v = columns.begin; v < columns.end; ++v) {
          size_t from = (line * w.width + (size_t)(left + (ptrdiff_t)v)) * w.inner + c;
          f32x16 value = lb_load(j->x, from, bf16);
          // Ties keep the first tap; NaN wins.
          i32x16 wins = (value > best) | (value != value), tap = {0};
          tap += (int32_t)(u * w.columns + v);
          best = (f32x16)(((i32x16)value & wins) | ((i32x16)best & ~wins));
          taken = (tap & wins) | (taken & ~wins);
        }
      }
      lb_store(j->y, at + c, best, bf16);
      if (j->taps) {
        u8x16 bytes = __builtin_convertvector(taken, u8x16);
        memcpy(j->taps + at + c, &bytes, sizeof bytes);
      }
    }
  }
}

// Windows that cover a pixel: those that begin at most `taps` - 1 before it.
LB_INLINE lb_span lb_windows_over(size_t pixel, size_t before, size_t taps, size_t step, size_t windows) {
  size_t at = pixel + before, begin = at < taps ? 0 : (at - taps) / step + 1, end = at / step + 1;
  return (lb_span){begin, end < windows ? end : windows};
}

// x: gradient of the output; y: gradient of the input.
LB_INLINE void lb_max_pool_backward_row(const lb_max_pool_job *j, size_t row, bool bf16) {
  const lb_max_pool w = j->w;
  size_t plane = row / w.height, i = row % w.height;
  lb_span rows = lb_windows_over(i, w.top, w.rows, w.rows_step, w.out_height);
  for (size_t k = 0; k < w.width; ++k) {
    lb_span columns = lb_windows_over(k, w.left, w.columns, w.columns_step, w.out_width);
    for (size_t c = 0; c < w.inner; c += lanes) {
      f32x16 sum = {0};
      for (size_t u = rows.begin; u < rows.end; ++u) {
        for (size_t v = columns.begin; v < columns.end; ++v) {
          size_t from = ((plane * w.out_height + u) * w.out_width + v) * w.inner + c;
          u8x16 bytes;
          memcpy(&bytes, j->taps + from, sizeof bytes);
          int32_t tap =
            (int32_t)((i + w.top - u * w.rows_step) * w.columns + k + w.left - v * w.columns_step);
          sum += lb_where(__builtin_convertvector(bytes, i32x16) == tap, lb_load(j->x, from, bf16));
        }
      }
      lb_store(j->y, (row * w.width + k) * w.inner + c, sum, bf16);
    }
  }
}

LB_BY_SCALAR_TYPE(lb_max_pool_rows, lb_max_pool_job, j->w.bf16, lb_max_pool_row(j, i, bf16))
LB_BY_SCALAR_TYPE(lb_max_pool_backward_rows, lb_max_pool_job, j->w.bf16, lb_max_pool_backward_row(j, i, bf16))

void lb_max_pool_forward(lb_max_pool w, const void *x, void *y, uint8_t *taps) {
  lb_max_pool_job job = {w, x, y, taps};
  lb_parallel_items(w.planes * w.out_height, w.out_width * w.inner * w.rows, &job, lb_max_pool_rows);
}

void lb_max_pool_backward(lb_max_pool w, const void *dy, const uint8_t *taps, void *dx) {
  lb_max_pool_job job = {w, dy, dx, (uint8_t *)taps};
  lb_parallel_items(w.planes * w.height, w.width * w.inner, &job, lb_max_pool_backward_rows);
}
