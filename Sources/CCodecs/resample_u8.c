#include <stdlib.h>
#include <string.h>

#include "CCodecs.h"
#include "resample_taps.h"

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

enum { LANES = 16 };

INLINE u8x16 load(const uint8_t *p) {
  u8x16 v;
  memcpy(&v, p, 16);
  return v;
}

INLINE void store(uint8_t *p, u8x16 v) { memcpy(p, &v, 16); }

INLINE u8x16 rounded(i32x16 sum) {
  i32x16 v = sum >> LB_FRACTION_BITS;
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
                                      int channels, const lb_filter *t, uint8_t *target,
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
        i32x16 sum = (i32x16){0} + (1 << (LB_FRACTION_BITS - 1));
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
                                    const lb_filter *t, uint8_t *target) {
  for (int y = 0; y < t->outputs; ++y) {
    const int32_t *w = t->fixed + (size_t)y * (size_t)t->reach;
    const int length = t->length[y];
    const uint8_t *from = source + (size_t)(t->first[y] - origin) * stride;
    uint8_t *to = target + (size_t)y * (size_t)row_bytes;
    int x = 0;
    for (; x + LANES <= row_bytes; x += LANES) {
      i32x16 sum = (i32x16){0} + (1 << (LB_FRACTION_BITS - 1));
      for (int j = 0; j < length; ++j)
        sum += __builtin_convertvector(load(from + (size_t)j * stride + x), i32x16) * w[j];
      store(to + x, rounded(sum));
    }
    for (; x < row_bytes; ++x) {
      int32_t sum = 1 << (LB_FRACTION_BITS - 1);
      for (int j = 0; j < length; ++j) sum += from[(size_t)j * stride + x] * w[j];
      sum >>= LB_FRACTION_BITS;
      to[x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
  }
}

int lb_resize_u8(const uint8_t *source, size_t row_stride, int width, int height, int channels,
                 double x0, double y0, double x1, double y1, uint8_t *target, int target_width,
                 int target_height) {
  lb_filter across, down;
  if (!lb_filter_create(&across, width, x0, x1, target_width)) return LB_NO_MEMORY;
  if (!lb_filter_create(&down, height, y0, y1, target_height)) {
    lb_filter_free(&across);
    return LB_NO_MEMORY;
  }
  const size_t in_bytes = (size_t)width * (size_t)channels;
  const size_t out_bytes = (size_t)target_width * (size_t)channels;
  int code = LB_OK;
  if (target_width == width && x0 == 0 && x1 == width) {
    pass_vertical(source, row_stride, 0, (int)out_bytes, &down, target);
  } else {
    const int down_first = lb_vertical_first(width, height, target_width, target_height);
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
  lb_filter_free(&across);
  lb_filter_free(&down);
  return code;
}
