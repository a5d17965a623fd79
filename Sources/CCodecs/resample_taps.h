// The filter of the antialiased bilinear resampling; internal to CCodecs.
#pragma once

#include <stdint.h>

enum { LB_FRACTION_BITS = 32 - 8 - 2 };

// The input samples and weights of each output sample.
typedef struct {
  int outputs;
  int reach;  // capacity for weights per output
  int *first;
  int *length;
  double *weights;
  int32_t *fixed;  // weights * 2^LB_FRACTION_BITS, rounded half away from zero
} lb_filter;

// The triangle filter for the input range [in0, in1), widened by the scale when shrinking
// (antialiasing). Returns 0 if there is not enough memory.
int lb_filter_create(lb_filter *t, int in_size, double in0, double in1, int out_size);
void lb_filter_free(lb_filter *t);

// Whether the vertical pass is the first one. Pillow (since 12) does so if that is clearly less
// work; the order affects the last bit, because the first pass rounds.
int lb_vertical_first(int width, int height, int target_width, int target_height);
