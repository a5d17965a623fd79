#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CCodecs.h"

typedef struct {
  jmp_buf leave;
  int code;
  char *message;
  size_t message_size;
  const uint8_t *bytes;
  size_t count, at;
  lb_bytes *out;
  size_t capacity;
} session;

static void fail(png_structp png, png_const_charp text) {
  session *s = png_get_error_ptr(png);
  if (s->code == LB_OK) s->code = LB_CORRUPT;
  if (s->message_size) snprintf(s->message, s->message_size, "%s", text);
  longjmp(s->leave, 1);
}

static void fail_with(png_structp png, session *s, int code, const char *text) {
  s->code = code;
  fail(png, text);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void take(png_structp png, png_bytep target, size_t length) {
  session *s = png_get_io_ptr(png);
  if (length > s->count - s->at) fail_with(png, s, LB_TRUNCATED, "the bytes end before the image");
  memcpy(target, s->bytes + s->at, length);
  s->at += length;
}

static const uint32_t side_limit = 1000000;

static uint32_t big(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

int lb_png_decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int keep_16_bits,
                  lb_image *image, char *message, size_t message_size) {
  session s = {.message = message, .message_size = message_size, .bytes = bytes, .count = count};
  // volatile: modified between setjmp and longjmp, and read afterwards.
  void *volatile samples = NULL;
  png_bytep *volatile rows = NULL;
  png_infop volatile info = NULL;
  memset(image, 0, sizeof *image);

  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, fail, ignore);
  if (!png) return LB_NO_MEMORY;
  if (setjmp(s.leave)) {
    png_infop made = info;
    png_destroy_read_struct(&png, made ? &made : NULL, NULL);
    free(rows);
    free(samples);
    return s.code == LB_OK ? LB_CORRUPT : s.code;
  }
  info = png_create_info_struct(png);
  if (!info) fail_with(png, &s, LB_NO_MEMORY, "out of memory");
  // The first chunk is the header; libpng's own message would not say what is wrong.
  if (count >= 24 && (big(bytes + 16) > side_limit || big(bytes + 20) > side_limit))
    fail_with(png, &s, LB_TOO_LARGE, "the header states more than 1,000,000 rows or columns");
  png_set_user_limits(png, side_limit, side_limit);
  // Texts, profiles and the like are not used: small ones can expand to gigabytes.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_malloc_max(png, 16 << 20);
  png_set_read_fn(png, &s, take);
  png_read_info(png, info);

  const int64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  const int depth = png_get_bit_depth(png, info), type = png_get_color_type(png, info);
  if (width > max_pixels / height)
    fail_with(png, &s, LB_TOO_LARGE, "the header states more pixels than allowed");
  // Deflate compresses at most 1032:1, so a header that states more is invalid.
  const double stated = (double)png_get_rowbytes(png, info) * (double)height;
  if (stated > 1100.0 * (double)count + 65536)
    fail_with(png, &s, LB_TRUNCATED, "the header states more pixels than the bytes can contain");

  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16) {
    if (!keep_16_bits) png_set_scale_16(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    else
      png_set_swap(png);
#endif
  }
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);

  const int channels = png_get_channels(png, info), bits = png_get_bit_depth(png, info);
  const size_t row = png_get_rowbytes(png, info);
  if ((channels != 1 && channels != 3) || (bits != 8 && bits != 16) ||
      row != (size_t)width * (size_t)channels * (size_t)(bits / 8))
    fail_with(png, &s, LB_UNSUPPORTED, "unknown color type");
  samples = malloc(row * (size_t)height);
  rows = malloc(sizeof(png_bytep) * (size_t)height);
  if (!samples || !rows) fail_with(png, &s, LB_NO_MEMORY, "out of memory");
  for (int64_t y = 0; y < height; ++y) rows[y] = (png_bytep)samples + (size_t)y * row;
  png_read_image(png, rows);
  png_read_end(png, NULL);

  *image = (lb_image){(int)width, (int)height, channels, bits, samples};
  png_infop made = info;
  png_destroy_read_struct(&png, &made, NULL);
  free(rows);
  return LB_OK;
}

static void give(png_structp png, png_bytep source, size_t length) {
  session *s = png_get_io_ptr(png);
  if (s->out->count + length > s->capacity) {
    const size_t capacity = (s->out->count + length) * 2 + 4096;
    uint8_t *grown = realloc(s->out->bytes, capacity);
    if (!grown) fail_with(png, s, LB_NO_MEMORY, "out of memory");
    s->out->bytes = grown;
    s->capacity = capacity;
  }
  memcpy(s->out->bytes + s->out->count, source, length);
  s->out->count += length;
}

static void flush_nothing(png_structp png) { (void)png; }

int lb_png_encode(const lb_image *image, int compression, lb_bytes *out, char *message,
                  size_t message_size) {
  session s = {.message = message, .message_size = message_size, .out = out};
  png_infop volatile info = NULL;
  *out = (lb_bytes){NULL, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, fail, ignore);
  if (!png) return LB_NO_MEMORY;
  if (setjmp(s.leave)) {
    png_infop made = info;
    png_destroy_write_struct(&png, made ? &made : NULL);
    free(out->bytes);
    *out = (lb_bytes){NULL, 0};
    return s.code == LB_OK ? LB_UNSUPPORTED : s.code;
  }
  info = png_create_info_struct(png);
  if (!info) fail_with(png, &s, LB_NO_MEMORY, "out of memory");
  png_set_write_fn(png, &s, give, flush_nothing);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_compression_level(png, compression);
  png_set_IHDR(png, info, (png_uint_32)image->width, (png_uint_32)image->height, image->bits,
               image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (image->bits == 16) png_set_swap(png);
#endif
  const size_t row =
      (size_t)image->width * (size_t)image->channels * (size_t)(image->bits / 8);
  for (int y = 0; y < image->height; ++y)
    png_write_row(png, (png_const_bytep)image->samples + (size_t)y * row);
  png_write_end(png, info);
  png_infop made = info;
  png_destroy_write_struct(&png, &made);
  return LB_OK;
}
