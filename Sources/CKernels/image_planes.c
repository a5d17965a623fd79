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

enum { LB_SAMPLES = 128 };

// Neighbors and weights come first, for a block of pixels, so that both loops are vectorized.
LB_KERNEL static void lb_sample_block(
  const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n, float *y,
  size_t plane_stride) {
  float fw = (float)w, fh = (float)h, ax[LB_SAMPLES], ay[LB_SAMPLES];
  int32_t at[LB_SAMPLES], right[LB_SAMPLES], below[LB_SAMPLES];
  int32_t width = (int32_t)w, height = (int32_t)h;
  for (size_t i = 0; i < n; ++i) {
    float px = lb_reflect((cx[i] + 1.0f) * 0.5f * (fw - 1.0f), fw);
    float py = lb_reflect((cy[i] + 1.0f) * 0.5f * (fh - 1.0f), fh);
    // A NaN coordinate samples pixel (0, 0) instead of reading out of bounds.
    px = px >= 0.0f && px <= fw - 1.0f ? px : 0.0f;
    py = py >= 0.0f && py <= fh - 1.0f ? py : 0.0f;
    int32_t x0 = (int32_t)px, y0 = (int32_t)py;
    at[i] = y0 * width + x0;
    right[i] = x0 + 1 < width ? 1 : 0;
    below[i] = y0 + 1 < height ? width : 0;
    ax[i] = px - (float)x0;
    ay[i] = py - (float)y0;
  }
  for (size_t p = 0; p < planes; ++p) {
    const float *s = x + p * h * w;
    float *to = y + p * plane_stride;
    for (size_t i = 0; i < n; ++i) {
      int32_t upper = at[i], lower = at[i] + below[i];
      float top = s[upper] * (1.0f - ax[i]) + s[upper + right[i]] * ax[i];
      float bottom = s[lower] * (1.0f - ax[i]) + s[lower + right[i]] * ax[i];
      to[i] = top * (1.0f - ay[i]) + bottom * ay[i];
    }
  }
}

static void lb_sample_row(
  const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n, float *y,
  size_t plane_stride) {
  for (size_t i = 0; i < n; i += LB_SAMPLES)
    lb_sample_block(
      x, planes, h, w, cx + i, cy + i, n - i < LB_SAMPLES ? n - i : LB_SAMPLES, y + i, plane_stride);
}

// The pixel coordinate of the grid coordinate g, inside of the image unless the padding is zeros.
LB_INLINE float lb_place(float g, float n, lb_sampling m) {
  float p = m.half_pixels ? ((g + 1.0f) * n - 1.0f) * 0.5f : (g + 1.0f) * 0.5f * (n - 1.0f);
  // Far outside of the image all neighbors are zero; clamped so that the coordinate fits an integer.
  if (m.padding == LB_SAMPLE_ZEROS) return p > -2.0f && p < n + 1.0f ? p : -2.0f;
  if (m.padding == LB_SAMPLE_REFLECTION) {
    // About the centers of the border pixels, or about the border.
    float low = m.half_pixels ? -0.5f : 0.0f, span = m.half_pixels ? n : n - 1.0f;
    if (span <= 0.0f) return 0.0f;
    float q = __builtin_fabsf(p - low), twice = 2.0f * span;
    q = q - twice * __builtin_floorf(q / twice);
    p = (q > span ? twice - q : q) + low;
  }
  return p > 0.0f ? (p < n - 1.0f ? p : n - 1.0f) : 0.0f;  // NaN maps to 0.
}

LB_INLINE float lb_pixel(const float *s, ptrdiff_t h, ptrdiff_t w, ptrdiff_t y, ptrdiff_t x) {
  return x >= 0 && x < w && y >= 0 && y < h ? s[y * w + x] : 0.0f;
}

void lb_sample_row_as(
  lb_sampling m, const float *x, size_t planes, size_t h, size_t w, const float *cx, const float *cy, size_t n,
  float *y, size_t plane_stride) {
  ptrdiff_t rows = (ptrdiff_t)h, columns = (ptrdiff_t)w;
  for (size_t i = 0; i < n; ++i) {
    float px = lb_place(cx[i], (float)w, m), py = lb_place(cy[i], (float)h, m);
    if (m.nearest) {
      ptrdiff_t u = (ptrdiff_t)nearbyintf(px), v = (ptrdiff_t)nearbyintf(py);
      for (size_t p = 0; p < planes; ++p) y[p * plane_stride + i] = lb_pixel(x + p * h * w, rows, columns, v, u);
      continue;
    }
    float fx = __builtin_floorf(px), fy = __builtin_floorf(py);
    ptrdiff_t x0 = (ptrdiff_t)fx, y0 = (ptrdiff_t)fy;
    float ax = px - fx, ay = py - fy;
    for (size_t p = 0; p < planes; ++p) {
      const float *s = x + p * h * w;
      float top = lb_pixel(s, rows, columns, y0, x0) * (1.0f - ax) + lb_pixel(s, rows, columns, y0, x0 + 1) * ax;
      float bottom =
        lb_pixel(s, rows, columns, y0 + 1, x0) * (1.0f - ax) + lb_pixel(s, rows, columns, y0 + 1, x0 + 1) * ax;
      y[p * plane_stride + i] = top * (1.0f - ay) + bottom * ay;
    }
  }
}

// The grid coordinate of an output pixel.
LB_INLINE float lb_grid_coordinate(size_t i, size_t n, bool half_pixels) {
  if (half_pixels) return (2.0f * (float)i + 1.0f) / (float)n - 1.0f;
  return n > 1 ? -1.0f + 2.0f * (float)i / (float)(n - 1) : 0.0f;
}

static void lb_grid_row(float *gx, size_t n, bool half_pixels) {
  for (size_t j = 0; j < n; ++j) gx[j] = lb_grid_coordinate(j, n, half_pixels);
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
  lb_grid_row(gx, ow, m->half_pixels);
  for (size_t i = 0; i < oh; ++i) {
    float gy = lb_grid_coordinate(i, oh, m->half_pixels);
    lb_row_coordinates(m, gy, gx, ow, cx + i * ow, cy + i * ow);
  }
}

void lb_warp_image(
  const lb_warp *m, const float *x, size_t planes, size_t h, size_t w, size_t oh, size_t ow, float *y) {
  float gx[ow], cx[ow], cy[ow];
  lb_grid_row(gx, ow, m->half_pixels);
  for (size_t i = 0; i < oh; ++i) {
    lb_row_coordinates(m, lb_grid_coordinate(i, oh, m->half_pixels), gx, ow, cx, cy);
    lb_sample_row(x, planes, h, w, cx, cy, ow, y + i * ow, oh * ow);
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

LB_KERNEL void lb_lighting_rgb(float *x, size_t pixels, float shift, float factor, float gray) {
  float *r = x, *g = x + pixels, *b = x + 2 * pixels;
  for (size_t i = 0; i < pixels; ++i) {
    float v[3] = {r[i], g[i], b[i]};
    for (int c = 0; c < 3; ++c) {
      float k = v[c] < 1e-7f ? 1e-7f : (v[c] > 1.0f - 1e-7f ? 1.0f - 1e-7f : v[c]);
      v[c] = lb_logf(k) - lb_logf(1.0f - k) + shift;
    }
    float luma = gray * (0.2989f * v[0] + 0.587f * v[1] + 0.114f * v[2]);
    r[i] = 1.0f / (1.0f + lb_expf(-(v[0] * factor + luma)));
    g[i] = 1.0f / (1.0f + lb_expf(-(v[1] * factor + luma)));
    b[i] = 1.0f / (1.0f + lb_expf(-(v[2] * factor + luma)));
  }
}

// Foley and van Dam's conversion, as fastai's rgb2hsv and hsv2rgb.
void lb_shift_hue(float *x, size_t pixels, float shift) {
  float *pr = x, *pg = x + pixels, *pb = x + 2 * pixels;
  for (size_t i = 0; i < pixels; ++i) {
    float r = pr[i], g = pg[i], b = pb[i];
    float v = fmaxf(r, fmaxf(g, b)), low = fminf(r, fminf(g, b)), range = v - low;
    float s = range > 0.0f ? range / v : 0.0f, h = 0.0f;
    if (range > 0.0f) {
      float rc = (v - r) / range, gc = (v - g) / range, bc = (v - b) / range;
      h = v == r ? bc - gc : v == g ? 2.0f + rc - bc : 4.0f + gc - rc;
    }
    h = fmodf(h / 6.0f + 1.0f, 1.0f) + shift;
    h -= floorf(h);
    float sector = floorf(h * 6.0f), f = h * 6.0f - sector;
    float p = fminf(fmaxf(v * (1.0f - s), 0.0f), 1.0f), q = fminf(fmaxf(v * (1.0f - s * f), 0.0f), 1.0f);
    float t = fminf(fmaxf(v * (1.0f - s * (1.0f - f)), 0.0f), 1.0f);
    switch ((int)sector % 6) {
    case 0: pr[i] = v, pg[i] = t, pb[i] = p; break;
    case 1: pr[i] = q, pg[i] = v, pb[i] = p; break;
    case 2: pr[i] = p, pg[i] = v, pb[i] = t; break;
    case 3: pr[i] = p, pg[i] = q, pb[i] = v; break;
    case 4: pr[i] = t, pg[i] = p, pb[i] = v; break;
    default: pr[i] = v, pg[i] = p, pb[i] = q; break;
    }
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
