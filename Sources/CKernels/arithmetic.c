#include "arithmetic.h"
#include "kernel.h"

LB_INLINE float lb_apply(lb_binary op, float a, float b) {
  switch (op) {
    case LB_ADD: return a + b;
    case LB_SUBTRACT: return a - b;
    case LB_MULTIPLY: return a * b;
    default: return a / b;
  }
}
#define LB_BINARY_ROW(name, A, B)                                                                  \
  LB_KERNEL static void name(lb_binary op, const float *restrict a, const float *restrict b,       \
                             float *restrict y, size_t n) {                                        \
    switch (op) {                                                                                  \
      case LB_ADD: for (size_t i = 0; i < n; ++i) y[i] = (A) + (B); break;                         \
      case LB_SUBTRACT: for (size_t i = 0; i < n; ++i) y[i] = (A) - (B); break;                    \
      case LB_MULTIPLY: for (size_t i = 0; i < n; ++i) y[i] = (A) * (B); break;                    \
      case LB_DIVIDE: for (size_t i = 0; i < n; ++i) y[i] = (A) / (B); break;                      \
    }                                                                                              \
  }
LB_BINARY_ROW(lb_row_vv, a[i], b[i])
LB_BINARY_ROW(lb_row_sv, a[0], b[i])
LB_BINARY_ROW(lb_row_vs, a[i], b[0])

typedef struct { lb_binary op; const float *a, *b; float *y; int kind; } lb_binary_job;
static void lb_binary_range(void *context, size_t begin, size_t end) {
  const lb_binary_job *j = context;
  size_t n = end - begin;
  switch (j->kind) {
    case 0: lb_row_vv(j->op, j->a + begin, j->b + begin, j->y + begin, n); break;
    case 1: lb_row_sv(j->op, j->a, j->b + begin, j->y + begin, n); break;
    default: lb_row_vs(j->op, j->a + begin, j->b, j->y + begin, n); break;
  }
}
void lb_binary_same(lb_binary op, const float *a, const float *b, float *y, size_t n) {
  lb_binary_job job = {op, a, b, y, 0};
  lb_parallel_for(n, LB_GRAIN, &job, lb_binary_range);
}
void lb_binary_scalar(lb_binary op, const float *a, float b, bool scalar_first, float *y, size_t n) {
  lb_binary_job job = {op, scalar_first ? &b : a, scalar_first ? a : &b, y, scalar_first ? 1 : 2};
  lb_parallel_for(n, LB_GRAIN, &job, lb_binary_range);
}

typedef struct {
  lb_binary op;
  int rank;
  size_t dims[8], as[8], bs[8];
  const float *a, *b;
  float *y;
} lb_broadcast_job;

static void lb_broadcast_rows(void *context, size_t begin, size_t end) {
  const lb_broadcast_job *j = context;
  const int last = j->rank - 1;
  const size_t inner = j->dims[last], sa = j->as[last], sb = j->bs[last];
  size_t index[8] = {0}, rest = begin;
  for (int d = last - 1; d >= 0; --d) {
    index[d] = rest % j->dims[d];
    rest /= j->dims[d];
  }
  float *y = j->y + begin * inner;
  for (size_t r = begin; r < end; ++r, y += inner) {
    const float *a = j->a, *b = j->b;
    for (int d = 0; d < last; ++d) {
      a += index[d] * j->as[d];
      b += index[d] * j->bs[d];
    }
    if (sa && sb) lb_row_vv(j->op, a, b, y, inner);
    else if (sb) lb_row_sv(j->op, a, b, y, inner);
    else if (sa) lb_row_vs(j->op, a, b, y, inner);
    else {
      float v = lb_apply(j->op, a[0], b[0]);
      for (size_t i = 0; i < inner; ++i) y[i] = v;
    }
    for (int d = last - 1; d >= 0; --d) {
      if (++index[d] < j->dims[d]) break;
      index[d] = 0;
    }
  }
}

// Adjacent dimensions that are contiguous in both operands are merged. Otherwise filters times a scale per output
// channel would be rows of one element each.
void lb_binary_broadcast(
  lb_binary op, int rank, const size_t *dims, const float *a, const size_t *as, const float *b,
  const size_t *bs, float *y) {
  lb_broadcast_job job = {.op = op, .rank = 0, .a = a, .b = b, .y = y};
  for (int d = 0; d < rank; ++d) {
    if (dims[d] == 1 && rank > 1) continue;
    int k = job.rank - 1;
    if (k >= 0 && job.as[k] == as[d] * dims[d] && job.bs[k] == bs[d] * dims[d]) {
      job.dims[k] *= dims[d];
      job.as[k] = as[d];
      job.bs[k] = bs[d];
      continue;
    }
    job.dims[++k] = dims[d];
    job.as[k] = as[d];
    job.bs[k] = bs[d];
    job.rank = k + 1;
  }
  if (job.rank == 0) {
    job.rank = 1;
    job.dims[0] = 1;
  }
  size_t rows = 1;
  for (int d = 0; d + 1 < job.rank; ++d) rows *= job.dims[d];
  lb_parallel_items(rows, job.dims[job.rank - 1], &job, lb_broadcast_rows);
}

// MARK: Sum and scale

typedef struct { const float *x; float *y; float c; } lb_scale_job;
LB_KERNEL static void lb_accumulate_loop(const float *restrict x, float *restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += x[i];
}
static void lb_accumulate_range(void *context, size_t begin, size_t end) {
  const lb_scale_job *j = context;
  lb_accumulate_loop(j->x + begin, j->y + begin, end - begin);
}
void lb_accumulate(const float *x, float *y, size_t n) {
  lb_scale_job job = {x, y, 0};
  lb_parallel_for(n, LB_GRAIN, &job, lb_accumulate_range);
}
LB_KERNEL static void lb_scale_loop(const float *x, float c, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = x[i] * c;
}
static void lb_scale_range(void *context, size_t begin, size_t end) {
  const lb_scale_job *j = context;
  lb_scale_loop(j->x + begin, j->c, j->y + begin, end - begin);
}
void lb_scale(const float *x, float factor, float *y, size_t n) {
  lb_scale_job job = {x, y, factor};
  lb_parallel_for(n, LB_GRAIN, &job, lb_scale_range);
}
