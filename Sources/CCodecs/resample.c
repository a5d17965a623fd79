#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "CCodecs.h"

#if defined(__x86_64__) && defined(__linux__)
#define LB_KERNEL __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define LB_KERNEL
#endif
#define INLINE static inline __attribute__((always_inline))

// The warning is about the calling convention of wide vectors; all helpers are inlined into the
// cloned kernels, so they are never passed.
#pragma clang diagnostic ignored "-Wpsabi"
typedef uint8_t u8x16 __attribute__((vector_size(16), aligned(1)));
typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));

enum { FRACTION_BITS = 32 - 8 - 2, LANES = 16 };

// The input samples and weights of each output sample.
typedef struct {
  int outputs;
  int reach;  // capacity for weights per output
  int *first;
  int *length;
  double *weights;
  int32_t *fixed;  // weights * 2^22, rounded half away from zero
} taps;

static void taps_free(taps *t) {
  free(t->first);
  free(t->length);
  free(t->weights);
  free(t->fixed);
}

// The triangle filter, widened by the scale when shrinking (antialiasing).
static int taps_create(taps *t, int in_size, double in0, double in1, int out_size) {
  const double scale = (in1 - in0) / out_size;
  const double support = scale > 1 ? scale : 1, inverse = 1 / support;
  memset(t, 0, sizeof *t);
  t->outputs = out_size;
  t->reach = (int)ceil(support) * 2 + 1;
  t->first = malloc(sizeof(int) * (size_t)out_size);
  t->length = malloc(sizeof(int) * (size_t)out_size);
  t->weights = calloc((size_t)out_size * (size_t)t->reach, sizeof(double));
  t->fixed = calloc((size_t)out_size * (size_t)t->reach, sizeof(int32_t));
  if (!t->first || !t->length || !t->weights || !t->fixed) {
    taps_free(t);
    return 0;
  }
  for (int i = 0; i < out_size; ++i) {
    const double center = in0 + (i + 0.5) * scale;
    int first = (int)(center - support + 0.5);
    if (first < 0) first = 0;
    int end = (int)(center + support + 0.5);
    if (end > in_size) end = in_size;
    // At the edge, or beyond it by a rounding error, use the nearest sample.
    if (first > in_size - 1) first = in_size - 1;
    if (end <= first) end = first + 1;
    if (end - first > t->reach) end = first + t->reach;
    double *w = t->weights + (size_t)i * (size_t)t->reach;
    double sum = 0;
    for (int j = 0; j < end - first; ++j) {
      const double distance = fabs((j + first - center + 0.5) * inverse);
      w[j] = distance < 1 ? 1 - distance : 0;
      sum += w[j];
    }
    if (sum == 0) w[0] = sum = 1;
    for (int j = 0; j < end - first; ++j) {
      w[j] /= sum;
      t->fixed[(size_t)i * (size_t)t->reach + (size_t)j] =
          (int32_t)(0.5 + w[j] * (1 << FRACTION_BITS));
    }
    t->first[i] = first;
    t->length[i] = end - first;
  }
  return 1;
}

INLINE u8x16 load(const uint8_t *p) {
  u8x16 v;
  memcpy(&v, p, 16);
  return v;
}

INLINE void store(uint8_t *p, u8x16 v) { memcpy(p, &v, 16); }

INLINE u8x16 rounded(i32x16 sum) {
  i32x16 v = sum >> FRACTION_BITS;
  v &= ~(v >> 31);
  const i32x16 over = v > 255;
  v = (v & ~over) | (over & 255);
  return __builtin_convertvector(v, u8x16);
}

// Transposes 16 x 16 bytes by four perfect shuffles of the rows.
INLINE void transpose(u8x16 r[16]) {
  for (int stage = 0; stage < 4; ++stage) {
    u8x16 t[16];
    for (int i = 0; i < 8; ++i) {
      t[2 * i] = __builtin_shufflevector(r[i], r[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                         6, 22, 7, 23);
      t[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                             13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; ++i) r[i] = t[i];
  }
}

// The pass along the rows. Sixteen rows are transposed so that a weight applies to a whole vector;
// `turned` and `results` have 16 lanes per sample of a row, padded to whole tiles.
LB_KERNEL static void pass_horizontal(const uint8_t *source, size_t stride, int rows, int width,
                                      int channels, const taps *t, uint8_t *target,
                                      uint8_t *turned, uint8_t *results) {
  const int in_bytes = width * channels, out_bytes = t->outputs * channels;
  for (int y0 = 0; y0 < rows; y0 += LANES) {
    const uint8_t *lines[LANES];
    for (int i = 0; i < LANES; ++i)
      lines[i] = source + (size_t)(y0 + i < rows ? y0 + i : rows - 1) * stride;
    for (int x = 0; x < in_bytes; x += LANES) {
      u8x16 tile[16];
      if (x + LANES <= in_bytes) {
        for (int i = 0; i < LANES; ++i) tile[i] = load(lines[i] + x);
      } else {
        for (int i = 0; i < LANES; ++i) {
          uint8_t part[16] = {0};
          memcpy(part, lines[i] + x, (size_t)(in_bytes - x));
          tile[i] = load(part);
        }
      }
      transpose(tile);
      for (int i = 0; i < LANES; ++i) store(turned + (size_t)(x + i) * LANES, tile[i]);
    }
    for (int x = 0; x < t->outputs; ++x) {
      const int32_t *w = t->fixed + (size_t)x * (size_t)t->reach;
      const int length = t->length[x];
      const uint8_t *from = turned + (size_t)t->first[x] * (size_t)channels * LANES;
      for (int c = 0; c < channels; ++c) {
        i32x16 sum = (i32x16){0} + (1 << (FRACTION_BITS - 1));
        for (int j = 0; j < length; ++j)
          sum += __builtin_convertvector(load(from + (size_t)(j * channels + c) * LANES), i32x16) *
                 w[j];
        store(results + (size_t)(x * channels + c) * LANES, rounded(sum));
      }
    }
    const int lanes = rows - y0 < LANES ? rows - y0 : LANES;
    for (int x = 0; x < out_bytes; x += LANES) {
      u8x16 tile[16];
      for (int i = 0; i < LANES; ++i) tile[i] = load(results + (size_t)(x + i) * LANES);
      transpose(tile);
      const size_t part = x + LANES <= out_bytes ? LANES : (size_t)(out_bytes - x);
      for (int i = 0; i < lanes; ++i)
        memcpy(target + (size_t)(y0 + i) * (size_t)out_bytes + x, &tile[i], part);
    }
  }
}

// The pass along the columns; source row 0 is input row `origin` of the taps.
LB_KERNEL static void pass_vertical(const uint8_t *source, size_t stride, int origin, int row_bytes,
                                    const taps *t, uint8_t *target) {
  for (int y = 0; y < t->outputs; ++y) {
    const int32_t *w = t->fixed + (size_t)y * (size_t)t->reach;
    const int length = t->length[y];
    const uint8_t *from = source + (size_t)(t->first[y] - origin) * stride;
    uint8_t *to = target + (size_t)y * (size_t)row_bytes;
    int x = 0;
    for (; x + LANES <= row_bytes; x += LANES) {
      i32x16 sum = (i32x16){0} + (1 << (FRACTION_BITS - 1));
      for (int j = 0; j < length; ++j)
        sum += __builtin_convertvector(load(from + (size_t)j * stride + x), i32x16) * w[j];
      store(to + x, rounded(sum));
    }
    for (; x < row_bytes; ++x) {
      int32_t sum = 1 << (FRACTION_BITS - 1);
      for (int j = 0; j < length; ++j) sum += from[(size_t)j * stride + x] * w[j];
      sum >>= FRACTION_BITS;
      to[x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
  }
}

// Pillow (since 12) runs the vertical pass first if that is clearly less work. The order affects
// the last bit, because the first pass rounds.
static int vertical_first(int width, int height, int target_width, int target_height) {
  return target_height < height && height - target_height > 2 * (width - target_width);
}

int lb_resize_u8(const uint8_t *source, size_t row_stride, int width, int height, int channels,
                 double x0, double y0, double x1, double y1, uint8_t *target, int target_width,
                 int target_height) {
  taps across, down;
  if (!taps_create(&across, width, x0, x1, target_width)) return LB_NO_MEMORY;
  if (!taps_create(&down, height, y0, y1, target_height)) {
    taps_free(&across);
    return LB_NO_MEMORY;
  }
  const size_t in_bytes = (size_t)width * (size_t)channels;
  const size_t out_bytes = (size_t)target_width * (size_t)channels;
  int code = LB_OK;
  if (target_width == width && x0 == 0 && x1 == width) {
    pass_vertical(source, row_stride, 0, (int)out_bytes, &down, target);
  } else {
    const int down_first = vertical_first(width, height, target_width, target_height);
    // Only the rows that the second pass reads.
    const int first = down.first[0];
    const int rows = down.first[target_height - 1] + down.length[target_height - 1] - first;
    const size_t in_tiles = (in_bytes + 15) / 16, out_tiles = (out_bytes + 15) / 16;
    uint8_t *middle =
        malloc(down_first ? (size_t)target_height * in_bytes : (size_t)rows * out_bytes);
    // The padding lanes of the last tile are transposed too, but not stored.
    uint8_t *turned = calloc(in_tiles + out_tiles, 256);
    uint8_t *results = turned ? turned + in_tiles * 256 : NULL;
    if (!middle || !turned) {
      code = LB_NO_MEMORY;
    } else if (down_first) {
      pass_vertical(source, row_stride, 0, (int)in_bytes, &down, middle);
      pass_horizontal(middle, in_bytes, target_height, width, channels, &across, target, turned,
                      results);
    } else {
      pass_horizontal(source + (size_t)first * row_stride, row_stride, rows, width, channels,
                      &across, middle, turned, results);
      pass_vertical(middle, out_bytes, first, (int)out_bytes, &down, target);
    }
    free(middle);
    free(turned);
  }
  taps_free(&across);
  taps_free(&down);
  return code;
}

INLINE float finish(double sum, int round_to_integers) {
  if (!round_to_integers) return (float)sum;
  return (float)(sum >= 0 ? floor(sum + 0.5) : -floor(0.5 - sum));
}

static void across_f32(const float *source, size_t stride, int rows, const taps *t, float *target,
                       int round_to_integers) {
  for (int y = 0; y < rows; ++y) {
    const float *line = source + (size_t)y * stride;
    float *to = target + (size_t)y * (size_t)t->outputs;
    for (int x = 0; x < t->outputs; ++x) {
      const double *w = t->weights + (size_t)x * (size_t)t->reach;
      const float *from = line + t->first[x];
      double sum = 0;
      for (int j = 0; j < t->length[x]; ++j) sum += from[j] * w[j];
      to[x] = finish(sum, round_to_integers);
    }
  }
}

static void down_f32(const float *source, size_t stride, int width, const taps *t, float *target,
                     double *sums, int round_to_integers) {
  for (int y = 0; y < t->outputs; ++y) {
    const double *w = t->weights + (size_t)y * (size_t)t->reach;
    const float *from = source + (size_t)t->first[y] * stride;
    for (int x = 0; x < width; ++x) sums[x] = 0;
    for (int j = 0; j < t->length[y]; ++j)
      for (int x = 0; x < width; ++x) sums[x] += from[(size_t)j * stride + (size_t)x] * w[j];
    for (int x = 0; x < width; ++x)
      target[(size_t)y * (size_t)width + (size_t)x] = finish(sums[x], round_to_integers);
  }
}

int lb_resize_f32(const float *source, size_t row_stride, int width, int height, double x0,
                  double y0, double x1, double y1, float *target, int target_width,
                  int target_height, int round_to_integers) {
  taps across, down;
  if (!taps_create(&across, width, x0, x1, target_width)) return LB_NO_MEMORY;
  if (!taps_create(&down, height, y0, y1, target_height)) {
    taps_free(&across);
    return LB_NO_MEMORY;
  }
  const int down_first = vertical_first(width, height, target_width, target_height);
  const size_t wide = (size_t)(width > target_width ? width : target_width);
  float *middle = malloc(sizeof(float) * (down_first ? (size_t)target_height * (size_t)width
                                                     : (size_t)height * (size_t)target_width));
  double *sums = malloc(sizeof(double) * wide);
  const int code = middle && sums ? LB_OK : LB_NO_MEMORY;
  if (code == LB_OK && down_first) {
    down_f32(source, row_stride, width, &down, middle, sums, round_to_integers);
    across_f32(middle, (size_t)width, target_height, &across, target, round_to_integers);
  } else if (code == LB_OK) {
    across_f32(source, row_stride, height, &across, middle, round_to_integers);
    down_f32(middle, (size_t)target_width, target_width, &down, target, sums, round_to_integers);
  }
  free(middle);
  free(sums);
  taps_free(&across);
  taps_free(&down);
  return code;
}
