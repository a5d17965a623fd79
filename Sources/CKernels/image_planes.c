#include "image_planes.h"
#include "exponentials.h"
#include <math.h>
#include <string.h>

// Reflects at the centers of the border pixels, with period 2 (n - 1).
LB_INLINE float lb_reflect(float p, float n) {
  if (n <= 1.0f) return 0.0f;
  float span = n - 1.0f, twice = 2.0f * span;
  float q = __builtin_fabsf(p);
  q = q - twice * __builtin_floorf(q / twice);
  return q > span ? twice - q : q;
}

LB_KERNEL void lb_sample_row(
  const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n, float *y,
  size_t plane_stride) {
  float fw = (float)w, fh = (float)h;
  for (size_t i = 0; i < n; ++i) {
    float px = lb_reflect((cx[i] + 1.0f) * 0.5f * (fw - 1.0f), fw);
    float py = lb_reflect((cy[i] + 1.0f) * 0.5f * (fh - 1.0f), fh);
    // A NaN coordinate samples pixel (0, 0) instead of reading out of bounds.
    px = px >= 0.0f && px <= fw - 1.0f ? px : 0.0f;
    py = py >= 0.0f && py <= fh - 1.0f ? py : 0.0f;
    size_t x0 = (size_t)px, y0 = (size_t)py;
    size_t x1 = x0 + 1 < w ? x0 + 1 : x0, y1 = y0 + 1 < h ? y0 + 1 : y0;
    float ax = px - (float)x0, ay = py - (float)y0;
    for (size_t p = 0; p < planes; ++p) {
      const float *s = x + p * h * w;
      float top = s[y0 * w + x0] * (1.0f - ax) + s[y0 * w + x1] * ax;
      float bottom = s[y1 * w + x0] * (1.0f - ax) + s[y1 * w + x1] * ax;
      y[p * plane_stride + i] = top * (1.0f - ay) + bottom * ay;
    }
  }
}

// Input coordinates of one output row: affine map, then perspective map.
LB_KERNEL static void lb_row_coordinates(
  const lb_warp *m, float gy, const float *gx, size_t n, float *cx, float *cy) {
  for (size_t i = 0; i < n; ++i) {
    float a = m->affine[0] * gx[i] + m->affine[1] * gy + m->affine[2];
    float b = m->affine[3] * gx[i] + m->affine[4] * gy + m->affine[5];
    if (m->has_perspective) {
      const float *c = m->perspective;
      float d = 1.0f / (c[6] * a + c[7] * b + 1.0f);
      float u = (c[0] * a + c[1] * b + c[2]) * d, v = (c[3] * a + c[4] * b + c[5]) * d;
      a = u;
      b = v;
    }
    cx[i] = a;
    cy[i] = b;
  }
}

void lb_warp_coordinates(const lb_warp *m, size_t oh, size_t ow, float *cx, float *cy) {
  float gx[ow];
  for (size_t j = 0; j < ow; ++j) gx[j] = ow > 1 ? -1.0f + 2.0f * (float)j / (float)(ow - 1) : 0.0f;
  for (size_t i = 0; i < oh; ++i) {
    float gy = oh > 1 ? -1.0f + 2.0f * (float)i / (float)(oh - 1) : 0.0f;
    lb_row_coordinates(m, gy, gx, ow, cx + i * ow, cy + i * ow);
  }
}

LB_KERNEL void lb_lighting(float *x, size_t n, float shift, float factor) {
  for (size_t i = 0; i < n; ++i) {
    float v = x[i];
    v = v < 1e-7f ? 1e-7f : (v > 1.0f - 1e-7f ? 1.0f - 1e-7f : v);
    float l = (lb_logf(v) - lb_logf(1.0f - v) + shift) * factor;
    x[i] = 1.0f / (1.0f + lb_expf(-l));
  }
}

LB_KERNEL void lb_normalize(const float *x, float mean, float inverse, float *y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * inverse;
}

void lb_u8_planes(const uint8_t *x, size_t pixels, size_t channels, float *y) {
  if (channels == 1) {
    for (size_t i = 0; i < pixels; ++i) y[i] = (float)x[i] / 255.0f;
    return;
  }
  for (size_t c = 0; c < channels; ++c)
    for (size_t i = 0; i < pixels; ++i) y[c * pixels + i] = (float)x[i * channels + c] / 255.0f;
}
