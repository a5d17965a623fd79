// 8-bit JPEG by libjpeg-turbo. Its errors call longjmp; every function has its own setjmp.

#include <jerror.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

int lb_jpeg_decode_samples(
    const uint8_t *data, size_t count, int rows, int columns, int samples, uint8_t *pixels,
    char *reason, size_t reason_size);
int lb_jpeg_encode_gray(
    const uint8_t *pixels, int rows, int columns, int quality, uint8_t **data, size_t *count);

struct failure {
  struct jpeg_error_mgr manager;
  jmp_buf jump;
  int is_damaged; // libjpeg filled in missing pixels after a warning
};

static void leave(j_common_ptr info) {
  struct failure *failure = (struct failure *)info->err;
  longjmp(failure->jump, 1);
}

static void note(j_common_ptr info, int level) {
  struct failure *failure = (struct failure *)info->err;
  if (level >= 0) return;
  int code = info->err->msg_code;
  if (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC)
    failure->is_damaged = 1;
}

static void quiet(j_common_ptr info) { (void)info; }

static void watch(struct failure *failure) {
  jpeg_std_error(&failure->manager);
  failure->manager.error_exit = leave;
  failure->manager.emit_message = note;
  failure->manager.output_message = quiet;
  failure->is_damaged = 0;
}

// Decodes samples without color conversion; subsampled components are upsampled. Corrupt or
// truncated scan data is an error; libjpeg would fill in missing pixels.
int lb_jpeg_decode_samples(
    const uint8_t *data, size_t count, int rows, int columns, int samples, uint8_t *pixels,
    char *reason, size_t reason_size) {
  struct jpeg_decompress_struct info;
  struct failure failure;
  memset(&info, 0, sizeof info);
  watch(&failure);
  info.err = &failure.manager;
  if (setjmp(failure.jump)) {
    char text[JMSG_LENGTH_MAX] = "";
    info.err->format_message((j_common_ptr)&info, text);
    snprintf(reason, reason_size, "%s", text);
    jpeg_destroy_decompress(&info);
    return 1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, data, (unsigned long)count);
  jpeg_read_header(&info, TRUE);
  info.out_color_space = info.jpeg_color_space;
  info.dct_method = JDCT_ISLOW;
  int fits = (int)info.image_width == columns && (int)info.image_height == rows &&
      info.num_components == samples;
  if (fits) jpeg_start_decompress(&info);
  if (!fits || (int)info.output_width != columns || (int)info.output_height != rows ||
      info.output_components != samples) {
    snprintf(reason, reason_size, "the JPEG stream and the header state different sizes");
    jpeg_destroy_decompress(&info);
    return 1;
  }
  size_t stride = (size_t)columns * (size_t)samples;
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels + (size_t)info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
    if (failure.is_damaged) break;
  }
  int is_damaged = failure.is_damaged;
  jpeg_destroy_decompress(&info);
  if (is_damaged) snprintf(reason, reason_size, "the JPEG scan data is corrupt or truncated");
  return is_damaged;
}

// The caller frees `*data`.
int lb_jpeg_encode_gray(
    const uint8_t *pixels, int rows, int columns, int quality, uint8_t **data, size_t *count) {
  struct jpeg_compress_struct info;
  struct failure failure;
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  memset(&info, 0, sizeof info);
  watch(&failure);
  info.err = &failure.manager;
  if (setjmp(failure.jump)) {
    jpeg_destroy_compress(&info);
    free(bytes);
    return 1;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = (JDIMENSION)columns;
  info.image_height = (JDIMENSION)rows;
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (size_t)info.next_scanline * (size_t)columns);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *data = bytes;
  *count = size;
  return 0;
}
