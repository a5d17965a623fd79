// Our own loops over scalars, and the memory and threads they share with oneDNN.
// Every function is prefixed `lb_`. Lengths are in elements, buffers do not overlap unless said.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// MARK: Threads (threads.c): libgomp's pool, the one that oneDNN runs on.

typedef void (*lb_range_body)(void *context, size_t begin, size_t end);
/// Runs `body` over [0, count) split into at most `threads` ranges of at least `grain` elements.
void lb_parallel_for(size_t count, size_t grain, void *context, lb_range_body body);
void lb_set_threads(int count);
int lb_threads(void);
int lb_online_cores(void);

// MARK: Memory (memory.c).

/// 64-byte aligned, 2 MiB aligned and advised to huge pages from 1 MiB on. NULL when there is none.
void *_Nullable lb_memory_allocate(size_t bytes);
void lb_memory_free(void *pointer, size_t bytes);
/// Bytes of main memory that can still be had without swapping.
size_t lb_memory_available(void);
/// Highest resident size of this process so far, in bytes.
size_t lb_memory_peak_resident(void);

// MARK: Elementwise (elementwise.c).

typedef enum lb_unary {
  LB_RELU, LB_NEGATE, LB_EXP, LB_LOG, LB_SQRT, LB_SIGMOID, LB_TANH, LB_SQUARE, LB_ABS,
  LB_RECIPROCAL
} lb_unary;
void lb_unary_forward(lb_unary op, const float *x, float *y, size_t n);
/// dx = dy * f'(x), with y = f(x) at hand.
void lb_unary_backward(lb_unary op, const float *x, const float *y, const float *dy, float *dx, size_t n);

typedef enum lb_binary { LB_ADD, LB_SUBTRACT, LB_MULTIPLY, LB_DIVIDE } lb_binary;
void lb_binary_same(lb_binary op, const float *a, const float *b, float *y, size_t n);
void lb_binary_scalar(lb_binary op, const float *a, float b, bool scalar_first, float *y, size_t n);
/// Row-major `y` of `rank` (at most 8) dimensions; strides in elements, 0 where an operand is repeated.
void lb_binary_broadcast(
  lb_binary op, int rank, const size_t *dims, const float *a, const size_t *a_strides,
  const float *b, const size_t *b_strides, float *y);
/// y = y + x.
void lb_accumulate(const float *x, float *y, size_t n);
/// y = max(a + b, 0).
void lb_add_relu(const float *a, const float *b, float *y, size_t n);
/// dx = dy where y > 0, else 0.
void lb_relu_mask(const float *y, const float *dy, float *dx, size_t n);
void lb_fill(float *y, float value, size_t n);
void lb_scale(const float *x, float factor, float *y, size_t n);
/// y = x * mask * scale; mask holds 0 or 1.
void lb_mask_scale(const float *x, const uint8_t *mask, float scale, float *y, size_t n);
/// 0: all finite; otherwise the index of the first element that is not, plus one.
size_t lb_first_not_finite(const float *x, size_t n);

// MARK: Conversions (conversions.c).

void lb_u8_to_f32(const uint8_t *x, float scale, float *y, size_t n);
void lb_f32_to_bf16(const float *x, uint16_t *y, size_t n);
void lb_bf16_to_f32(const uint16_t *x, float *y, size_t n);

// MARK: Shapes (shaping.c): row-major, any 4-byte elements.

/// `y` (row-major, `rank` dims) gathers `x` at offset + sum(index * stride). Strides in elements, may be negative.
void lb_gather_strided(
  int rank, const size_t *dims, const uint32_t *x, const ptrdiff_t *strides, uint32_t *y);
/// The reverse: adds every element of row-major `x` to `y` at its strided place.
void lb_scatter_add_strided(
  int rank, const size_t *dims, const float *x, float *y, const ptrdiff_t *strides);

// MARK: Reductions (reductions.c): x is [outer, middle, inner], y is [outer, inner].

void lb_sum(const float *x, size_t outer, size_t middle, size_t inner, float *y);
void lb_max(const float *x, size_t outer, size_t middle, size_t inner, float *y, int64_t *index);
double lb_sum_squares(const float *x, size_t n);
void lb_softmax(const float *x, size_t rows, size_t columns, bool logarithm, float *y);
/// dx of softmax or log-softmax, from its output y.
void lb_softmax_backward(
  const float *y, const float *dy, size_t rows, size_t columns, bool logarithm, float *dx);

// MARK: Optimizers (optimizers.c): one pass over all state, fastai's formulas.

typedef struct lb_adam {
  float learning_rate, beta1, beta2, epsilon, weight_decay, debias1, debias2, gradient_scale;
  bool decoupled;
} lb_adam;
void lb_adam_step(lb_adam s, float *p, const float *g, float *m, float *v, size_t n);
typedef struct lb_sgd {
  float learning_rate, momentum, weight_decay, gradient_scale;
  bool decoupled, has_momentum;
} lb_sgd;
void lb_sgd_step(lb_sgd s, float *p, const float *g, float *_Nullable m, size_t n);

// MARK: Pooling with windows of varying size (pooling.c), plain [planes, height, width].

void lb_adaptive_average(const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y);
void lb_adaptive_average_backward(
  const float *dy, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *dx);
void lb_adaptive_max(
  const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y, int32_t *index);
void lb_adaptive_max_backward(
  const float *dy, const int32_t *index, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *dx);

// MARK: Blurring (blurring.c).

/// x is [planes, height, width, inner], mirrored about the border pixels by `padding` on every side;
/// y is [planes, out_height, out_width, inner].
typedef struct lb_blur {
  size_t planes, height, width, inner, out_height, out_width;
  /// Length of the binomial filter, 2 to 8.
  size_t taps;
  size_t stride, padding;
} lb_blur;
void lb_blur_forward(lb_blur b, const float *x, float *y);
/// The adjoint; writes all of dx.
void lb_blur_backward(lb_blur b, const float *dy, float *dx);

// MARK: Copying (copying.c).

/// Copies `count` runs of `bytes` bytes each; a run begins every `x_stride` bytes of x, `y_stride` of y.
void lb_copy_runs(
  const void *x, size_t x_stride, void *y, size_t y_stride, size_t bytes, size_t count);

// MARK: Augmentation (resampling.c): planes of one picture, [planes, height, width].

/// Output coordinates in -1...1 (corners aligned) to input coordinates: an affine map, then a perspective one.
typedef struct lb_warp {
  float affine[6];
  float perspective[8];
  bool has_perspective;
} lb_warp;
void lb_warp_coordinates(const lb_warp *m, size_t oh, size_t ow, float *cx, float *cy);
/// Bilinear, reflected about the centres of the border pixels, corners aligned.
void lb_sample_row(
  const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n, float *y,
  size_t plane_stride);
/// x = sigmoid((logit(clamp(x)) + shift) * factor).
void lb_lighting(float *x, size_t n, float shift, float factor);
/// y = (x - mean) * inverse.
void lb_normalize(const float *x, float mean, float inverse, float *y, size_t n);
/// Interleaved bytes to planes of numbers in 0...1.
void lb_u8_planes(const uint8_t *x, size_t pixels, size_t channels, float *y);

#pragma clang assume_nonnull end
