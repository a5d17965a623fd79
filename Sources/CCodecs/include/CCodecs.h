#pragma once

#include <stddef.h>
#include <stdint.h>

// Images in and out, resampling, and drawing, for Imaging.
//
// libpng and libjpeg leave by longjmp. Every function here that calls them holds its own setjmp, so
// that no jump ever crosses a Swift frame: a failure comes back as a code and a message.

// What a codec function returns.
enum {
  LB_OK = 0,
  LB_CORRUPT = 1,      // the bytes break the format's rules
  LB_TRUNCATED = 2,    // the bytes end early
  LB_TOO_LARGE = 3,    // more pixels than the caller allows, or than the bytes could hold
  LB_UNSUPPORTED = 4,  // sound, but of a kind that is not read here
  LB_NO_MEMORY = 5,
};

// A decoded image: rows from the top, channels interleaved; 16-bit samples in the machine's order.
typedef struct {
  int width;
  int height;
  int channels;
  int bits;       // 8 or 16, per sample
  void *samples;  // from malloc; give back with lb_free
} lb_image;

// Bytes that an encoder made.
typedef struct {
  uint8_t *bytes;  // from malloc; give back with lb_free
  size_t count;
} lb_bytes;

void lb_free(void *memory);

// PNG: gray or RGB comes out; palettes are looked up, fewer than 8 bits widened, alpha dropped. With
// keep_16_bits zero, 16-bit samples are scaled to 8 (rounded).
int lb_png_decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int keep_16_bits,
                  lb_image *image, char *message, size_t message_size);
int lb_png_encode(const lb_image *image, int compression, lb_bytes *out, char *message,
                  size_t message_size);

// JPEG: shrink is 1, 2, 4 or 8 (libjpeg's scaled decoding); as_gray takes the luminance of a color
// image without making its colors.
int lb_jpeg_decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int shrink, int as_gray,
                   lb_image *image, char *message, size_t message_size);
// The size that the header states.
int lb_jpeg_size(const uint8_t *bytes, size_t count, lb_image *image, char *message,
                 size_t message_size);
// halve_chroma: 4:2:0 instead of 4:4:4.
int lb_jpeg_encode(const lb_image *image, int quality, int halve_chroma, lb_bytes *out,
                   char *message, size_t message_size);

// Antialiased bilinear resampling, bit for bit Pillow's. The source box [x0, x1) x [y0, y1) is in
// pixels of an image of width x height; taps may reach over the box's edge, not over the image's.
// Returns LB_OK or LB_NO_MEMORY.
int lb_resize_u8(const uint8_t *source, size_t row_stride, int width, int height, int channels,
                 double x0, double y0, double x1, double y1, uint8_t *target, int target_width,
                 int target_height);
// The same for single precision. With round_to_integers each pass rounds, as Pillow's 16-bit does.
int lb_resize_f32(const float *source, size_t row_stride, int width, int height, double x0,
                  double y0, double x1, double y1, float *target, int target_width,
                  int target_height, int round_to_integers);

// Drawing with Cairo on an opaque RGB canvas. Coordinates in pixels, edges at integers.
typedef struct lb_canvas lb_canvas;
typedef struct {
  double red, green, blue, alpha;
} lb_color;

lb_canvas *lb_canvas_create(int width, int height, lb_color background);
void lb_canvas_destroy(lb_canvas *canvas);
// Puts an image of interleaved samples (1 or 3 channels) at whole pixels.
void lb_canvas_image(lb_canvas *canvas, const uint8_t *samples, int width, int height,
                       int channels, int x, int y);
void lb_canvas_fill(lb_canvas *canvas, double x, double y, double width, double height,
                    lb_color color);
void lb_canvas_frame(lb_canvas *canvas, double x, double y, double width, double height,
                     double line_width, lb_color color);
// An open line through count points (x0, y0, x1, y1, ...); dash 0 is solid.
void lb_canvas_line(lb_canvas *canvas, const double *points, size_t count, double line_width,
                    double dash, lb_color color);
void lb_canvas_clip(lb_canvas *canvas, double x, double y, double width, double height);
void lb_canvas_unclip(lb_canvas *canvas);
// Text with its baseline at y; anchor 0 is the left end at x, 0.5 the middle, 1 the right end. A
// positive outline_width draws outline around the letters. quarter_turn: upwards.
void lb_canvas_text(lb_canvas *canvas, const char *text, double x, double y, double size, int bold,
                    double anchor, int quarter_turn, lb_color color, double outline_width,
                    lb_color outline);
double lb_canvas_text_width(lb_canvas *canvas, const char *text, double size, int bold);
// Copies the drawing out as RGB; returns 0 if Cairo had failed on the way.
int lb_canvas_read(lb_canvas *canvas, uint8_t *rgb);
