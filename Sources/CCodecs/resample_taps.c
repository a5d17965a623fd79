#include "resample_taps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lb_filter_free(lb_filter *t) {
  free(t->first);
  free(t->length);
  free(t->weights);
  free(t->fixed);
}

int lb_filter_create(lb_filter *t, int in_size, double in0, double in1, int out_size) {
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
    lb_filter_free(t);
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
          (int32_t)(0.5 + w[j] * (1 << LB_FRACTION_BITS));
    }
    t->first[i] = first;
    t->length[i] = end - first;
  }
  return 1;
}

int lb_vertical_first(int width, int height, int target_width, int target_height) {
  return target_height < height && height - target_height > 2 * (width - target_width);
}
