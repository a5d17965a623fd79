#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>

#include <jpeglib.h>
#include <jerror.h>

#include "CCodecs.h"

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf leave;
  int code;
  int hit_marker;  // the entropy-coded data ended before its rows were complete
  int hit_end;     // the bytes ended
  int scan;         // the scan that was counted last
  int64_t visited;  // the blocks of all scans so far
  char *message;
  size_t message_size;
} session;

// The blocks that all scans of an image may visit: a small progressive file can request thousands of
// passes over a large image. One of 30 megapixels with the usual ten scans visits 10 million.
static const int64_t visit_limit = 1 << 25;
// The blocks of an image of several scans, whose coefficients (128 bytes each) are kept.
static const int64_t kept_limit = 1 << 22;

static void fail(j_common_ptr jpeg) {
  session *s = (session *)jpeg->err;
  char text[JMSG_LENGTH_MAX];
  s->base.format_message(jpeg, text);
  if (s->code == LB_OK) {
    const int reason = s->base.msg_code;
    if (reason == JERR_OUT_OF_MEMORY)
      s->code = LB_NO_MEMORY;
    else if (reason == JERR_INPUT_EOF || reason == JERR_INPUT_EMPTY)
      s->code = LB_TRUNCATED;
    else
      s->code = LB_CORRUPT;
    if (s->message_size) snprintf(s->message, s->message_size, "%s", text);
  }
  longjmp(s->leave, 1);
}

static void fail_with(session *s, int code, const char *text) {
  s->code = code;
  if (s->message_size) snprintf(s->message, s->message_size, "%s", text);
  longjmp(s->leave, 1);
}

static void note(j_common_ptr jpeg, int level) {
  session *s = (session *)jpeg->err;
  if (level >= 0) return;
  s->base.num_warnings++;
  if (s->base.msg_code == JWRN_HIT_MARKER) s->hit_marker = 1;
  if (s->base.msg_code == JWRN_JPEG_EOF) s->hit_end = 1;
}

static void ignore_message(j_common_ptr jpeg) { (void)jpeg; }

static void watch(j_common_ptr any) {
  session *s = (session *)any->err;
  j_decompress_ptr jpeg = (j_decompress_ptr)any;
  if (!any->is_decompressor || jpeg->input_scan_number == s->scan) return;
  s->scan = jpeg->input_scan_number;
  for (int i = 0; i < jpeg->comps_in_scan; ++i)
    s->visited += (int64_t)jpeg->cur_comp_info[i]->width_in_blocks *
                  (int64_t)jpeg->cur_comp_info[i]->height_in_blocks;
  if (s->visited > visit_limit)
    fail_with(s, LB_TOO_LARGE, "there are too many scans for the size of the image");
}

static int64_t part(int64_t length, int factor, int largest) {
  return (length * factor + 8 * largest - 1) / (8 * largest);
}

// The blocks of 64 samples of all components.
static int64_t block_count(j_decompress_ptr jpeg) {
  int across = 1, down = 1;
  int64_t sum = 0;
  for (int i = 0; i < jpeg->num_components; ++i) {
    if (jpeg->comp_info[i].h_samp_factor > across) across = jpeg->comp_info[i].h_samp_factor;
    if (jpeg->comp_info[i].v_samp_factor > down) down = jpeg->comp_info[i].v_samp_factor;
  }
  for (int i = 0; i < jpeg->num_components; ++i)
    sum += part(jpeg->image_width, jpeg->comp_info[i].h_samp_factor, across) *
           part(jpeg->image_height, jpeg->comp_info[i].v_samp_factor, down);
  return sum;
}

// CMYK to RGB as Pillow does, which takes all such files as Adobe's, with inverted values.
static void convert_cmyk(uint8_t *samples, size_t pixels) {
  for (size_t i = 0; i < pixels; ++i) {
    const uint8_t *from = samples + 4 * i;
    const int black = from[3];
    uint8_t rgb[3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - from[c]) * black + 128;
      rgb[c] = (uint8_t)(black - (((product >> 8) + product) >> 8));
    }
    memcpy(samples + 3 * i, rgb, 3);
  }
}

static void begin(session *s, char *message, size_t message_size) {
  memset(s, 0, sizeof *s);
  jpeg_std_error(&s->base);
  s->base.error_exit = fail;
  s->base.emit_message = note;
  s->base.output_message = ignore_message;
  s->message = message;
  s->message_size = message_size;
}

static int decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int shrink, int as_gray,
                  int header_only, lb_image *image, char *message, size_t message_size) {
  session s;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_progress_mgr progress = {.progress_monitor = watch};
  uint8_t *volatile samples = NULL;
  memset(image, 0, sizeof *image);
  memset(&jpeg, 0, sizeof jpeg);
  begin(&s, message, message_size);
  jpeg.err = &s.base;
  if (setjmp(s.leave)) {
    jpeg_destroy_decompress(&jpeg);
    free(samples);
    return s.code == LB_OK ? LB_CORRUPT : s.code;
  }
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &progress;
  if (count == 0) fail_with(&s, LB_TRUNCATED, "the file is empty");
  jpeg_mem_src(&jpeg, bytes, count);
  jpeg_read_header(&jpeg, TRUE);

  const int64_t width = jpeg.image_width, height = jpeg.image_height;
  if (width > max_pixels / (height > 0 ? height : 1))
    fail_with(&s, LB_TOO_LARGE, "the header states more pixels than allowed");
  // A Huffman-coded block has at least one bit; arithmetic codes can be shorter.
  const int64_t blocks = block_count(&jpeg);
  const int64_t room = jpeg.arith_code ? (1 << 20) + 64 * (int64_t)count : 8 * (int64_t)count;
  if (blocks > room)
    fail_with(&s, LB_TRUNCATED, "the header states more pixels than the bytes can contain");
  if (jpeg_has_multiple_scans(&jpeg) && blocks > kept_limit)
    fail_with(&s, LB_TOO_LARGE, "the header states too many pixels for an image of several scans");
  if (jpeg.num_components != 1 && jpeg.num_components != 3 && jpeg.num_components != 4)
    fail_with(&s, LB_UNSUPPORTED, "neither one, three nor four colors");
  const int is_cmyk = jpeg.num_components == 4;
  if (header_only) {
    *image = (lb_image){(int)width, (int)height, is_cmyk ? 3 : jpeg.num_components, 8, NULL};
    jpeg_destroy_decompress(&jpeg);
    return LB_OK;
  }

  if (is_cmyk && as_gray) fail_with(&s, LB_UNSUPPORTED, "four colors have no luminance");
  const int channels = is_cmyk ? 4 : jpeg.num_components == 1 || as_gray ? 1 : 3;
  jpeg.out_color_space = is_cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg.dct_method = JDCT_ISLOW;
  jpeg.scale_num = 1;
  jpeg.scale_denom = (unsigned)shrink;
  jpeg_start_decompress(&jpeg);
  const size_t row = (size_t)jpeg.output_width * (size_t)channels;
  if (jpeg.output_components != channels) fail_with(&s, LB_UNSUPPORTED, "unknown color space");
  samples = malloc(row * jpeg.output_height);
  if (!samples) fail_with(&s, LB_NO_MEMORY, "out of memory");
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW rows[4];
    for (unsigned i = 0; i < 4; ++i) rows[i] = samples + (jpeg.output_scanline + i) * row;
    const JDIMENSION left = jpeg.output_height - jpeg.output_scanline;
    if (jpeg_read_scanlines(&jpeg, rows, left < 4 ? left : 4) == 0)
      fail_with(&s, LB_TRUNCATED, "the bytes end before the image");
  }
  // libjpeg fills missing data with gray and only warns.
  if (s.hit_marker || (s.hit_end && jpeg_has_multiple_scans(&jpeg)))
    fail_with(&s, LB_TRUNCATED, "the compressed data ends before the image");
  if (is_cmyk) convert_cmyk(samples, (size_t)jpeg.output_width * jpeg.output_height);
  *image = (lb_image){(int)jpeg.output_width, (int)jpeg.output_height, is_cmyk ? 3 : channels, 8,
                      samples};
  jpeg_destroy_decompress(&jpeg);
  return LB_OK;
}

int lb_jpeg_decode(const uint8_t *bytes, size_t count, int64_t max_pixels, int shrink, int as_gray,
                   lb_image *image, char *message, size_t message_size) {
  return decode(bytes, count, max_pixels, shrink, as_gray, 0, image, message, message_size);
}

int lb_jpeg_size(const uint8_t *bytes, size_t count, lb_image *image, char *message,
                 size_t message_size) {
  return decode(bytes, count, INT64_MAX, 1, 0, 1, image, message, message_size);
}

int lb_jpeg_encode(const lb_image *image, int quality, int halve_chroma, lb_bytes *out,
                   char *message, size_t message_size) {
  session s;
  struct jpeg_compress_struct jpeg;
  // jpeg_mem_dest writes both fields; on the heap, because locals are indeterminate after longjmp.
  struct {
    unsigned char *bytes;
    unsigned long count;
  } *volatile output = calloc(1, sizeof *output);
  *out = (lb_bytes){NULL, 0};
  if (!output) return LB_NO_MEMORY;
  memset(&jpeg, 0, sizeof jpeg);
  begin(&s, message, message_size);
  jpeg.err = &s.base;
  if (setjmp(s.leave)) {
    jpeg_destroy_compress(&jpeg);
    free(output->bytes);
    free(output);
    return s.code == LB_OK || s.code == LB_CORRUPT ? LB_UNSUPPORTED : s.code;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &output->bytes, &output->count);
  jpeg.image_width = (JDIMENSION)image->width;
  jpeg.image_height = (JDIMENSION)image->height;
  jpeg.input_components = image->channels;
  jpeg.in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.dct_method = JDCT_ISLOW;
  if (image->channels == 3 && !halve_chroma) {
    jpeg.comp_info[0].h_samp_factor = 1;
    jpeg.comp_info[0].v_samp_factor = 1;
  }
  jpeg_start_compress(&jpeg, TRUE);
  const size_t row = (size_t)image->width * (size_t)image->channels;
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW line = (JSAMPROW)image->samples + jpeg.next_scanline * row;
    jpeg_write_scanlines(&jpeg, &line, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  *out = (lb_bytes){output->bytes, output->count};
  free(output);
  return LB_OK;
}
