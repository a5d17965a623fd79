#include <math.h>
#include <stdlib.h>

#include "CCodecs.h"
#include "resample_taps.h"

static inline float finish(double sum, int round_to_integers) {
  if (!round_to_integers) return (float)sum;
  return (float)(sum >= 0 ? floor(sum + 0.5) : -floor(0.5 - sum));
}

static void across_f32(const float *source, size_t stride, int rows, const lb_filter *t, float *target,
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

static void down_f32(const float *source, size_t stride, int width, const lb_filter *t, float *target,
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
  lb_filter across, down;
  if (!lb_filter_create(&across, width, x0, x1, target_width)) return LB_NO_MEMORY;
  if (!lb_filter_create(&down, height, y0, y1, target_height)) {
    lb_filter_free(&across);
    return LB_NO_MEMORY;
  }
  const int down_first = lb_vertical_first(width, height, target_width, target_height);
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
  lb_filter_free(&across);
  lb_filter_free(&down);
  return code;
}
