#include <cairo/cairo.h>
#include <stdlib.h>
#include <string.h>

#include "CCodecs.h"

struct lb_canvas {
  cairo_surface_t *surface;
  cairo_t *pen;
};

// Letters keep their shapes and widths at every scale; gray antialiasing has no colored fringes.
static void set_up_text(cairo_t *pen) {
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(pen, options);
  cairo_font_options_destroy(options);
}

static void choose(lb_canvas *c, lb_color color) {
  cairo_set_source_rgba(c->pen, color.red, color.green, color.blue, color.alpha);
}

lb_canvas *lb_canvas_create(int width, int height, double scale, lb_color background) {
  lb_canvas *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  c->pen = cairo_create(c->surface);
  if (cairo_status(c->pen) != CAIRO_STATUS_SUCCESS) {
    lb_canvas_destroy(c);
    return NULL;
  }
  choose(c, background);
  cairo_paint(c->pen);
  cairo_set_line_join(c->pen, CAIRO_LINE_JOIN_MITER);
  set_up_text(c->pen);
  cairo_scale(c->pen, scale, scale);
  return c;
}

void lb_canvas_destroy(lb_canvas *c) {
  if (!c) return;
  cairo_destroy(c->pen);
  cairo_surface_destroy(c->surface);
  free(c);
}

void lb_canvas_image(lb_canvas *c, const uint8_t *samples, int width, int height, int channels,
                       int x0, int y0) {
  cairo_surface_flush(c->surface);
  uint8_t *pixels = cairo_image_surface_get_data(c->surface);
  if (!pixels) return;
  const int stride = cairo_image_surface_get_stride(c->surface);
  const int columns = cairo_image_surface_get_width(c->surface);
  const int rows = cairo_image_surface_get_height(c->surface);
  for (int y = 0; y < height; ++y) {
    if (y0 + y < 0 || y0 + y >= rows) continue;
    uint32_t *line = (uint32_t *)(void *)(pixels + (size_t)(y0 + y) * (size_t)stride);
    const uint8_t *from = samples + (size_t)y * (size_t)width * (size_t)channels;
    for (int x = 0; x < width; ++x) {
      if (x0 + x < 0 || x0 + x >= columns) continue;
      const uint8_t *p = from + (size_t)x * (size_t)channels;
      const uint32_t r = p[0], g = channels == 3 ? p[1] : r, b = channels == 3 ? p[2] : r;
      line[x0 + x] = 0xff000000u | r << 16 | g << 8 | b;
    }
  }
  cairo_surface_mark_dirty(c->surface);
}

void lb_canvas_fill(lb_canvas *c, double x, double y, double width, double height,
                    lb_color color) {
  choose(c, color);
  cairo_rectangle(c->pen, x, y, width, height);
  cairo_fill(c->pen);
}

void lb_canvas_frame(lb_canvas *c, double x, double y, double width, double height,
                     double line_width, double dash, lb_color color) {
  choose(c, color);
  cairo_set_line_width(c->pen, line_width);
  cairo_set_dash(c->pen, &dash, dash > 0 ? 1 : 0, 0);
  cairo_rectangle(c->pen, x, y, width, height);
  cairo_stroke(c->pen);
}

static void trace(lb_canvas *c, const double *points, size_t count) {
  cairo_move_to(c->pen, points[0], points[1]);
  // A single point is a line to itself, drawn as a dot by the round cap.
  if (count == 1) cairo_line_to(c->pen, points[0], points[1]);
  for (size_t i = 1; i < count; ++i) cairo_line_to(c->pen, points[2 * i], points[2 * i + 1]);
}

void lb_canvas_line(lb_canvas *c, const double *points, size_t count, int closed,
                    double line_width, double dash, lb_color color) {
  if (count == 0) return;
  cairo_save(c->pen);
  choose(c, color);
  cairo_set_line_width(c->pen, line_width);
  cairo_set_dash(c->pen, &dash, dash > 0 ? 1 : 0, 0);
  cairo_set_line_join(c->pen, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(c->pen, dash > 0 ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
  trace(c, points, count);
  if (closed) cairo_close_path(c->pen);
  cairo_stroke(c->pen);
  cairo_restore(c->pen);
}

void lb_canvas_polygon(lb_canvas *c, const double *points, size_t count, lb_color color) {
  if (count == 0) return;
  choose(c, color);
  trace(c, points, count);
  cairo_close_path(c->pen);
  cairo_fill(c->pen);
}

void lb_canvas_disk(lb_canvas *c, double x, double y, double radius, lb_color color) {
  choose(c, color);
  cairo_new_sub_path(c->pen);
  cairo_arc(c->pen, x, y, radius, 0, 6.28318530717958647692);
  cairo_fill(c->pen);
}

void lb_canvas_clip(lb_canvas *c, double x, double y, double width, double height) {
  cairo_save(c->pen);
  cairo_rectangle(c->pen, x, y, width, height);
  cairo_clip(c->pen);
}

void lb_canvas_unclip(lb_canvas *c) { cairo_restore(c->pen); }

// The toy text interface uses fontconfig's default sans serif; without any font Cairo uses its
// built-in one.
static void choose_font(lb_canvas *c, double size, int bold) {
  cairo_select_font_face(c->pen, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(c->pen, size);
}

double lb_canvas_text_width(lb_canvas *c, const char *text, double size, int bold) {
  cairo_text_extents_t extents;
  choose_font(c, size, bold);
  cairo_text_extents(c->pen, text, &extents);
  return extents.x_advance;
}

void lb_canvas_text(lb_canvas *c, const char *text, double x, double y, double size, int bold,
                    double anchor, int quarter_turn, lb_color color, double outline_width,
                    lb_color outline) {
  const double shift = anchor * lb_canvas_text_width(c, text, size, bold);
  cairo_save(c->pen);
  cairo_translate(c->pen, x, y);
  if (quarter_turn) cairo_rotate(c->pen, -1.57079632679489661923);
  choose_font(c, size, bold);
  cairo_move_to(c->pen, -shift, 0);
  if (outline_width > 0) {
    cairo_text_path(c->pen, text);
    cairo_set_line_join(c->pen, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(c->pen, NULL, 0, 0);
    cairo_set_line_width(c->pen, outline_width);
    choose(c, outline);
    cairo_stroke_preserve(c->pen);
    choose(c, color);
    cairo_fill(c->pen);
  } else {
    choose(c, color);
    cairo_show_text(c->pen, text);
  }
  cairo_new_path(c->pen);
  cairo_restore(c->pen);
}

int lb_canvas_read(lb_canvas *c, uint8_t *rgb) {
  if (cairo_status(c->pen) != CAIRO_STATUS_SUCCESS) return 0;
  cairo_surface_flush(c->surface);
  const uint8_t *pixels = cairo_image_surface_get_data(c->surface);
  const int stride = cairo_image_surface_get_stride(c->surface);
  const int columns = cairo_image_surface_get_width(c->surface);
  const int rows = cairo_image_surface_get_height(c->surface);
  for (int y = 0; y < rows; ++y) {
    const uint32_t *line = (const uint32_t *)(const void *)(pixels + (size_t)y * (size_t)stride);
    for (int x = 0; x < columns; ++x, rgb += 3) {
      rgb[0] = (uint8_t)(line[x] >> 16);
      rgb[1] = (uint8_t)(line[x] >> 8);
      rgb[2] = (uint8_t)line[x];
    }
  }
  return 1;
}
