// JPEG 2000 by OpenJPEG.

#include <openjpeg-2.5/openjpeg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int lb_jpeg2000_decode(
    const uint8_t *data, size_t count, int rows, int columns, int samples, int32_t *pixels,
    int *precision, int *is_signed, char *reason, size_t reason_size);

struct memory {
  const uint8_t *bytes;
  size_t count, at;
};

static OPJ_SIZE_T read_bytes(void *buffer, OPJ_SIZE_T wanted, void *user) {
  struct memory *memory = user;
  size_t n = memory->count - memory->at;
  if (n == 0) return (OPJ_SIZE_T)-1;
  if (n > wanted) n = wanted;
  memcpy(buffer, memory->bytes + memory->at, n);
  memory->at += n;
  return n;
}

static OPJ_OFF_T skip_bytes(OPJ_OFF_T wanted, void *user) {
  struct memory *memory = user;
  if (wanted < 0) return -1;
  size_t n = memory->count - memory->at;
  if (n > (size_t)wanted) n = (size_t)wanted;
  memory->at += n;
  return n == 0 && wanted > 0 ? -1 : (OPJ_OFF_T)n;
}

static OPJ_BOOL seek_bytes(OPJ_OFF_T to, void *user) {
  struct memory *memory = user;
  if (to < 0 || (size_t)to > memory->count) return OPJ_FALSE;
  memory->at = (size_t)to;
  return OPJ_TRUE;
}

static void ignore(const char *message, void *user) {
  (void)message;
  (void)user;
}

int lb_jpeg2000_decode(
    const uint8_t *data, size_t count, int rows, int columns, int samples, int32_t *pixels,
    int *precision, int *is_signed, char *reason, size_t reason_size) {
  opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
  opj_stream_t *stream = opj_stream_create(64 * 1024, OPJ_TRUE);
  opj_image_t *image = NULL;
  struct memory memory = {data, count, 0};
  const char *fault = "the JPEG 2000 decoder cannot be created";
  int failed = 1;
  if (codec == NULL || stream == NULL) goto done;
  opj_set_info_handler(codec, ignore, NULL);
  opj_set_warning_handler(codec, ignore, NULL);
  opj_set_error_handler(codec, ignore, NULL);
  opj_stream_set_user_data(stream, &memory, NULL);
  opj_stream_set_user_data_length(stream, count);
  opj_stream_set_read_function(stream, read_bytes);
  opj_stream_set_skip_function(stream, skip_bytes);
  opj_stream_set_seek_function(stream, seek_bytes);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (!opj_setup_decoder(codec, &parameters)) goto done;
  // A truncated stream is an error; OpenJPEG would fill in missing pixels.
  opj_decoder_set_strict_mode(codec, OPJ_TRUE);
  fault = "the JPEG 2000 header is invalid";
  if (!opj_read_header(stream, codec, &image) || image == NULL) goto done;
  fault = "the JPEG 2000 stream and the header state different sizes";
  if ((int)image->numcomps != samples) goto done;
  for (OPJ_UINT32 c = 0; c < image->numcomps; ++c) {
    const opj_image_comp_t *part = &image->comps[c];
    if ((int)part->w != columns || (int)part->h != rows || part->prec > 31 ||
        part->prec != image->comps[0].prec || part->sgnd != image->comps[0].sgnd)
      goto done;
  }
  fault = "the JPEG 2000 data is corrupt or truncated";
  if (!opj_decode(codec, stream, image) || !opj_end_decompress(codec, stream)) goto done;
  for (OPJ_UINT32 c = 0; c < image->numcomps; ++c) {
    const opj_image_comp_t *part = &image->comps[c];
    if (part->data == NULL || (int)part->w != columns || (int)part->h != rows) goto done;
    size_t n = (size_t)rows * (size_t)columns;
    for (size_t i = 0; i < n; ++i) pixels[i * (size_t)samples + c] = part->data[i];
  }
  *precision = (int)image->comps[0].prec;
  *is_signed = (int)image->comps[0].sgnd;
  failed = 0;
done:
  if (failed) snprintf(reason, reason_size, "%s", fault);
  if (image != NULL) opj_image_destroy(image);
  if (stream != NULL) opj_stream_destroy(stream);
  if (codec != NULL) opj_destroy_codec(codec);
  return failed;
}
