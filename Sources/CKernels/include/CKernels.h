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
/// The same for items that cost as much as `cost` elements each; any item may begin a range.
void lb_parallel_items(size_t count, size_t cost, void *context, lb_range_body body);
/// Sets the number of threads, whichever thread computes.
void lb_set_threads(int count);
/// Tells the calling thread's OpenMP; whoever calls a library that runs on it does this first.
void lb_use_threads(void);
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
/// 0: all finite; otherwise the index of the first element that is not, plus one.
size_t lb_first_not_finite(const float *x, size_t n);

// MARK: Activations (activations.c): functions of each scalar with up to two numbers of their own.

typedef enum lb_activation {
  LB_LEAKY_RELU, LB_ELU, LB_GELU, LB_GELU_TANH, LB_SILU, LB_SOFTPLUS, LB_HARDSWISH, LB_CLAMP, LB_SMOOTH_L1
} lb_activation;
void lb_activation_forward(lb_activation op, const float *x, float a, float b, float *y, size_t n);
/// dx = dy * f'(x).
void lb_activation_backward(
  lb_activation op, const float *x, const float *dy, float a, float b, float *dx, size_t n);

// MARK: Dropout (dropout.c).

/// The next `n` draws of a splitmix64 stream: 0 where the number in [0, 1) lies below `p`, else 1.
void lb_dropout_mask(uint64_t state, double p, uint8_t *mask, size_t n);
/// y = float(x * scale) where the mask is not 0, else 0.
void lb_mask_scale(const float *x, const uint8_t *mask, double scale, float *y, size_t n);

// MARK: Random numbers (normals.c).

/// The next `n` draws of a splitmix64 stream's normal distribution (Box-Muller, two to a pair of numbers),
/// times `deviation`.
void lb_normals(uint64_t state, double deviation, float *y, size_t n);

// MARK: Elementwise on bfloat16 (bfloat16.c): computed in float32, rounded to the nearest, ties to even.

void lb_relu_bf16(const uint16_t *x, uint16_t *y, size_t n);
/// dx = dy where y > 0, else 0.
void lb_relu_mask_bf16(const uint16_t *y, const uint16_t *dy, uint16_t *dx, size_t n);
/// y = y + x.
void lb_accumulate_bf16(const uint16_t *x, uint16_t *y, size_t n);
void lb_add_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n);
/// y = max(a + b, 0).
void lb_add_relu_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n);

// MARK: Batch norm (batch_norm.c): planes of channel blocks, [images, blocks, pixels, block].

typedef struct lb_planes {
  size_t images, blocks;
  size_t count;  // scalars of a plane: pixels * block
  size_t block;  // 1, 2, 4, 8 or 16 channels, or all: a multiple of 16, channels last
  bool bf16;     // scalars are bfloat16, else float
} lb_planes;
/// Numbers of each channel, blocks * block of each.
typedef struct lb_norm_numbers {
  float *mean, *variance;            // given, or found by forward
  const float *scale, *shift;
  float *factor;                     // scale / deviation, set by forward
  double *inverse;                   // 1 / deviation, set by forward
  float *_Nullable c1, *_Nullable c2;  // room that backward needs
  double *sums;                      // room for lb_batch_norm_sums
} lb_norm_numbers;

size_t lb_batch_norm_sums(lb_planes s);
/// y = (x - mean) * scale / deviation + shift (+ addend), then ReLU where asked.
void lb_batch_norm_forward(
  lb_planes s, const void *x, const void *_Nullable addend, lb_norm_numbers k, float epsilon, bool given,
  bool relu, void *y);
/// With `y` (there were an addend and a ReLU), dz is dy where y > 0 and is written. dx may be NULL.
void lb_batch_norm_backward(
  lb_planes s, const void *x, const void *dy, const void *_Nullable y, lb_norm_numbers k, bool given,
  bool relu, void *_Nullable dz, float *scale_gradient, float *shift_gradient, void *_Nullable dx);

// MARK: Shapes (shaping.c): row-major, elements of 4 bytes unless the name says 1, 2 or 8.

/// `y` (row-major, `rank` dims) gathers `x` at offset + sum(index * stride). Strides in elements, may be negative.
void lb_gather_strided(
  int rank, const size_t *dims, const uint32_t *x, const ptrdiff_t *strides, uint32_t *y);
void lb_gather_strided_1(
  int rank, const size_t *dims, const uint8_t *x, const ptrdiff_t *strides, uint8_t *y);
void lb_gather_strided_2(
  int rank, const size_t *dims, const uint16_t *x, const ptrdiff_t *strides, uint16_t *y);
void lb_gather_strided_8(
  int rank, const size_t *dims, const uint64_t *x, const ptrdiff_t *strides, uint64_t *y);
/// The reverse: adds every element of row-major `x` to `y` at its strided place.
void lb_scatter_add_strided(
  int rank, const size_t *dims, const float *x, float *y, const ptrdiff_t *strides);

// MARK: Gathering (gathering.c): positions along one dimension, named by valid indices.

/// x is [outer, middle, inner], y [outer, count, inner]: y[o, k] = x[o, index[k]]. Blocks of `bytes` bytes are `inner`.
void lb_index_select(
  const void *x, size_t outer, size_t middle, size_t bytes, const int64_t *index, size_t count, void *y);
/// The reverse, added up: dx[o, index[k]] += dy[o, k].
void lb_index_select_backward(
  const float *dy, size_t outer, size_t middle, size_t inner, const int64_t *index, size_t count, float *dx);
/// y, of the dimensions of `index`: x at the same position, but index's value along `axis`.
void lb_gather_along(
  int rank, const size_t *dims, const size_t *x_strides, int axis, const int64_t *index, const float *x, float *y);
/// The reverse, added up into `dx`.
void lb_scatter_along(
  int rank, const size_t *dims, const size_t *x_strides, int axis, const int64_t *index, const float *dy, float *dx);
/// 0: all of `x` lie in low ..< high or equal `except`; otherwise the index of the first that does not, plus one.
size_t lb_first_outside(const int64_t *x, size_t n, int64_t low, int64_t high, int64_t except);

// MARK: Reductions (reductions.c): x is [outer, middle, inner], y is [outer, inner].

void lb_sum(const float *x, size_t outer, size_t middle, size_t inner, float *y);
/// The largest or smallest, and where it stands first.
void lb_extremum(
  const float *x, size_t outer, size_t middle, size_t inner, bool minimum, float *y, int64_t *index);
void lb_extremum_backward(
  const float *dy, const int64_t *index, size_t outer, size_t middle, size_t inner, float *dx);
/// The same of rows, where equals share the gradient.
void lb_shared_extremum(const float *x, size_t rows, size_t n, bool minimum, float *y);
void lb_shared_extremum_backward(
  const float *x, const float *y, const float *dy, size_t rows, size_t n, float *dx);
double lb_sum_squares(const float *x, size_t n);
void lb_softmax(const float *x, size_t rows, size_t columns, bool logarithm, float *y);
/// dx of softmax or log-softmax, from its output y.
void lb_softmax_backward(
  const float *y, const float *dy, size_t rows, size_t columns, bool logarithm, float *dx);

double lb_sum_doubles(const double *x, size_t n);

// MARK: Normalization (normalization.c): rows of n scalars.

/// Mean of each row, and the sum of squared differences from it.
void lb_row_statistics(const float *x, size_t rows, size_t n, double *mean, double *squares);
/// 1 / sqrt(squares / n + epsilon), in place.
void lb_row_inverse_deviation(double *squares, size_t rows, size_t n, double epsilon);
/// squares / divisor.
void lb_row_variance(const double *squares, size_t rows, double divisor, float *y);
/// dx = dy factor (x - mean), one dy per row.
void lb_variance_backward(
  const float *x, const float *dy, const double *mean, double factor, size_t rows, size_t n, float *dx);

/// Rows of `channels` times `pixels` scalars; row r begins at channel (r mod groups) * channels.
typedef struct lb_norm {
  size_t rows, groups, channels, pixels;
} lb_norm;
/// y = (x - mean) inverse w + b; w and b per channel of all groups, or both NULL.
void lb_norm_forward(
  lb_norm s, const float *x, const float *_Nullable w, const float *_Nullable b, const double *mean,
  const double *inverse, float *y);
void lb_norm_backward(
  lb_norm s, const float *x, const float *dy, const float *_Nullable w, const double *mean,
  const double *inverse, float *dx);
void lb_norm_backward_weights(
  lb_norm s, const float *x, const float *dy, const double *mean, const double *inverse, float *dw, float *db);

// MARK: Losses (losses.c).

/// Logits are [outer, classes, inner]; targets are classes, [outer, inner], or probabilities like the logits.
typedef struct lb_cross_entropy {
  size_t outer, classes, inner;
  const int64_t *_Nullable targets;
  const float *_Nullable probabilities;
  const float *_Nullable weights;
  double smoothing;
  bool weighted_smoothing;
  int64_t ignored;
} lb_cross_entropy;
/// Per position: the logarithm of the sum of e^x, the loss of the target, and that of the smoothing.
void lb_cross_entropy_forward(
  const lb_cross_entropy *s, const float *x, double *lse, double *hard, double *soft);
/// dx of upstream (hard_scale hard + soft_scale soft); no upstream: 1 everywhere.
void lb_cross_entropy_backward(
  const lb_cross_entropy *s, const float *x, const double *lse, const float *_Nullable upstream,
  double hard_scale, double soft_scale, float *dx);
/// The weights of all targets that are not ignored, added up.
double lb_target_weight(const lb_cross_entropy *s);
/// y = x + z.
void lb_doubles_to_f32(const double *x, const double *z, float *y, size_t n);

/// (1 - e^-ce)^gamma ce.
void lb_focal_forward(const float *ce, double gamma, float *y, size_t n);
void lb_focal_backward(const float *ce, const float *dy, double gamma, float *dx, size_t n);

/// w ((1 - t) log(1 + e^x) + p t log(1 + e^-x)); NULL: ones.
void lb_bce_forward(
  const float *x, const float *t, const float *_Nullable w, const float *_Nullable p, float *y, size_t n);
void lb_bce_backward(
  const float *x, const float *t, const float *_Nullable w, const float *_Nullable p, const float *dy, float *dx,
  size_t n);

// MARK: Grids (grids.c).

typedef enum lb_grid_padding { LB_GRID_ZEROS, LB_GRID_BORDER, LB_GRID_REFLECTION } lb_grid_padding;
typedef struct lb_grid_mode {
  lb_grid_padding padding;
  bool nearest, align_corners;
} lb_grid_mode;
/// The four pixels that an output pixel is made of (row by row, -1 outside), the shares of the right and lower
/// ones, and the derivative of the place by the grid.
typedef struct lb_grid_sample {
  int32_t at[4];
  float ax, ay, sx, sy;
} lb_grid_sample;
void lb_grid_samples(lb_grid_mode m, const float *grid, size_t points, size_t h, size_t w, lb_grid_sample *out);
/// x is [batch, channels, pixels], y [batch, channels, points], samples [batch, points].
void lb_grid_sample_forward(
  const lb_grid_sample *samples, const float *x, size_t batch, size_t channels, size_t pixels, size_t points,
  float *y);
void lb_grid_sample_backward(
  const lb_grid_sample *samples, const float *dy, size_t batch, size_t channels, size_t pixels, size_t points,
  float *dx);
void lb_grid_sample_backward_grid(
  const lb_grid_sample *samples, const float *x, const float *dy, size_t batch, size_t channels, size_t pixels,
  size_t points, float *dgrid);
/// theta is [batch, 2, 3], grid [batch, h, w, 2].
void lb_affine_grid(const float *theta, size_t batch, size_t h, size_t w, bool align_corners, float *grid);
void lb_affine_grid_backward(
  const float *dgrid, size_t batch, size_t h, size_t w, bool align_corners, float *dtheta);

// MARK: Resizing (resizing.c) and padding (padding.c): plain [planes, height, width].

/// Output i is the sum of weights[i * width + k] x[first[i] + k] over k < used[i].
typedef struct lb_taps {
  size_t count, width;
  const int32_t *first, *used;
  const float *weights;
} lb_taps;
void lb_resize(const float *x, size_t planes, size_t h, size_t w, lb_taps rows, lb_taps columns, float *y);
void lb_resize_backward(
  const float *dy, size_t planes, size_t h, size_t w, lb_taps rows, lb_taps columns, float *dx);
/// y[i, j] = x[rows[i], columns[j]], or `value` where either is negative.
void lb_pad(
  const float *x, size_t planes, size_t h, size_t w, const int32_t *rows, size_t oh, const int32_t *columns,
  size_t ow, float value, float *y);
void lb_pad_backward(
  const float *dy, size_t planes, size_t h, size_t w, const int32_t *rows, size_t oh, const int32_t *columns,
  size_t ow, float *dx);

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

// MARK: Maxima over windows (max_pooling.c): [planes, height, width, inner], inner a multiple of 16.

typedef struct lb_windows {
  size_t planes, height, width, inner, out_height, out_width;
  size_t rows, columns;             // of a window, 256 taps at most
  size_t rows_step, columns_step;
  size_t top, left;                 // margin
  bool bf16;                        // scalars are bfloat16, else float
} lb_windows;
/// `taps` (may be NULL) gets the tap of each result, row by row of its window.
void lb_maxima(lb_windows w, const void *x, void *y, uint8_t *_Nullable taps);
void lb_maxima_backward(lb_windows w, const void *dy, const uint8_t *taps, void *dx);

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
/// Channels-last images: every `rows_step`-th pixel of every `columns_step`-th; `bytes` of a pixel.
typedef struct lb_pixel_grid {
  size_t images, height, width, rows_step, columns_step, out_height, out_width, bytes;
} lb_pixel_grid;
/// The pixels of the grid.
void lb_pick_pixels(lb_pixel_grid g, const void *x, void *y);
/// Its transpose: the pixels where they were picked, zeros between.
void lb_place_pixels(lb_pixel_grid g, const void *y, void *x);

// MARK: Augmentation (resampling.c): planes of one image, [planes, height, width].

/// Output coordinates in -1...1 (corners aligned) to input coordinates: an affine map, then a perspective one.
typedef struct lb_warp {
  float affine[6];
  float perspective[8];
  bool has_perspective;
} lb_warp;
void lb_warp_coordinates(const lb_warp *m, size_t oh, size_t ow, float *cx, float *cy);
/// Bilinear, reflected about the centers of the border pixels, corners aligned.
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
