#pragma once

#include <stddef.h>
#include <stdint.h>

// Image codecs, resampling and drawing.
//
// libpng and libjpeg report errors by longjmp. Every function here that calls them has its own
// setjmp, so that no jump crosses a Swift frame; it returns a status and a message.

// The status of a codec function.
enum {
  LB_OK = 0,
  LB_CORRUPT = 1,      // the bytes violate the format
  LB_TRUNCATED = 2,    // the bytes are truncated
  LB_TOO_LARGE = 3,    // more pixels than allowed
  LB_UNSUPPORTED = 4,  // valid, but of an unsupported kind
  LB_NO_MEMORY = 5,
};

// A decoded image: rows from the top, channels interleaved, 16-bit samples in native byte order.
typedef struct {
  int width;
  int height;
  int channels;
  int bits;       // 8 or 16, per sample
  void *samples;  // freed with lb_free
} lb_image;

// The output of an encoder.
typedef struct {
  uint8_t *bytes;  // freed with lb_free
  size_t count;
} lb_bytes;

void lb_free(void *memory);

// Decodes a PNG to gray or RGB: palettes are expanded, fewer than 8 bits widened, alpha dropped.
// With keep_16_bits 0, 16-bit samples are scaled to 8 bits with rounding.
int lb_png_decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int keep_16_bits,
                  lb_image *image, char *message, size_t message_size);
int lb_png_encode(const lb_image *image, int compression, lb_bytes *out, char *message,
                  size_t message_size);
// Encodes 8-bit samples fast: one filter, zlib's level 2, on several threads. per_meter is the
// resolution in pixels per meter, 0 for none. Returns LB_OK, LB_NO_MEMORY or LB_TOO_LARGE.
int lb_png_encode_figure(const lb_image *image, uint32_t per_meter, int threads, lb_bytes *out);

// Decodes a JPEG. shrink is 1, 2, 4 or 8 (libjpeg's scaled decoding); as_gray decodes only the
// luminance of a color image; CMYK is converted to RGB.
int lb_jpeg_decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int shrink, int as_gray,
                   lb_image *image, char *message, size_t message_size);
// Reads the size from the header.
int lb_jpeg_size(const uint8_t *bytes, size_t count, lb_image *image, char *message,
                 size_t message_size);
// halve_chroma: 4:2:0 subsampling instead of 4:4:4.
int lb_jpeg_encode(const lb_image *image, int quality, int halve_chroma, lb_bytes *out,
                   char *message, size_t message_size);

// Antialiased bilinear resampling, bit for bit as Pillow's. The source box [x0, x1) x [y0, y1) is
// in pixels of an image of width x height; the filter may read outside of the box, but not of the
// image. Returns LB_OK or LB_NO_MEMORY.
int lb_resize_u8(const uint8_t *source, size_t row_stride, int width, int height, int channels,
                 double x0, double y0, double x1, double y1, uint8_t *target, int target_width,
                 int target_height);
// The same in single precision. With round_to_integers each pass rounds, as Pillow's for 16 bits.
int lb_resize_f32(const float *source, size_t row_stride, int width, int height, double x0,
                  double y0, double x1, double y1, float *target, int target_width,
                  int target_height, int round_to_integers);

// Drawing with Cairo on an opaque RGB canvas. Coordinates are in units of `scale` pixels, with pixel
// edges at integers; those of images are in pixels.
typedef struct lb_canvas lb_canvas;
typedef struct {
  double red, green, blue, alpha;
} lb_color;

lb_canvas *lb_canvas_create(int width, int height, double scale, lb_color background);
void lb_canvas_destroy(lb_canvas *canvas);
// Copies an image of interleaved samples (1 or 3 channels) to a position in pixels.
void lb_canvas_image(lb_canvas *canvas, const uint8_t *samples, int width, int height,
                       int channels, int x, int y);
void lb_canvas_fill(lb_canvas *canvas, double x, double y, double width, double height,
                    lb_color color);
// Draws the edges of a rectangle; dash 0 is solid.
void lb_canvas_frame(lb_canvas *canvas, double x, double y, double width, double height,
                     double line_width, double dash, lb_color color);
// Draws a polyline of count points (x0, y0, x1, y1, ...); dash 0 is solid.
void lb_canvas_line(lb_canvas *canvas, const double *points, size_t count, int closed,
                    double line_width, double dash, lb_color color);
void lb_canvas_polygon(lb_canvas *canvas, const double *points, size_t count, lb_color color);
void lb_canvas_disk(lb_canvas *canvas, double x, double y, double radius, lb_color color);
// Clips what is drawn until the matching unclip; calls can be nested.
void lb_canvas_clip(lb_canvas *canvas, double x, double y, double width, double height);
void lb_canvas_unclip(lb_canvas *canvas);
// Draws text with its baseline at y; anchor is the part of its width left of x: 0 (start), 0.5
// (middle) or 1 (end). A positive outline_width outlines the letters; quarter_turn rotates by 90
// degrees.
void lb_canvas_text(lb_canvas *canvas, const char *text, double x, double y, double size, int bold,
                    double anchor, int quarter_turn, lb_color color, double outline_width,
                    lb_color outline);
double lb_canvas_text_width(lb_canvas *canvas, const char *text, double size, int bold);
// Copies the canvas to RGB samples; returns 0 if an earlier Cairo call failed.
int lb_canvas_read(lb_canvas *canvas, uint8_t *rgb);
