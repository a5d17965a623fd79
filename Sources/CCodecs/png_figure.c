#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "CCodecs.h"

// Rows are filtered and compressed in strips, on several threads; the strips are parts of one zlib
// stream, so any decoder reads the file. What the strips are depends on the image only.
typedef struct {
  const uint8_t *samples;
  size_t row;  // bytes per row
  int height, rows_per_strip, strips;
  struct strip {
    uint8_t *bytes;
    size_t count, raw;
    uLong adler;
    int fine;
  } *parts;
  atomic_int next;
} job;

enum { STRIP_BYTES = 192 << 10, LEVEL = 2 };

// Filter "up": the difference to the row above, after a byte with the number of the filter.
static void filter(const job *j, int first, int rows, uint8_t *out) {
  for (int y = first; y < first + rows; ++y) {
    const uint8_t *line = j->samples + (size_t)y * j->row;
    *out++ = y > 0 ? 2 : 0;
    if (y > 0)
      for (size_t x = 0; x < j->row; ++x) out[x] = (uint8_t)(line[x] - line[x - j->row]);
    else
      memcpy(out, line, j->row);
    out += j->row;
  }
}

static void compress_strip(job *j, int number) {
  struct strip *part = &j->parts[number];
  const int first = number * j->rows_per_strip;
  const int rows =
      first + j->rows_per_strip <= j->height ? j->rows_per_strip : j->height - first;
  part->raw = (j->row + 1) * (size_t)rows;
  uint8_t *filtered = malloc(part->raw);
  z_stream z = {0};
  if (!filtered || deflateInit2(&z, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    free(filtered);
    return;
  }
  filter(j, first, rows, filtered);
  part->adler = adler32(1, filtered, (uInt)part->raw);
  const size_t bound = deflateBound(&z, part->raw) + 16;
  part->bytes = malloc(bound);
  if (part->bytes) {
    z.next_in = filtered;
    z.avail_in = (uInt)part->raw;
    z.next_out = part->bytes;
    z.avail_out = (uInt)bound;
    const int last = number == j->strips - 1;
    const int code = deflate(&z, last ? Z_FINISH : Z_SYNC_FLUSH);
    part->fine = (last ? code == Z_STREAM_END : code == Z_OK) && z.avail_in == 0;
    part->count = bound - z.avail_out;
  }
  deflateEnd(&z);
  free(filtered);
}

static void *work(void *argument) {
  job *j = argument;
  for (int i = atomic_fetch_add(&j->next, 1); i < j->strips; i = atomic_fetch_add(&j->next, 1))
    compress_strip(j, i);
  return NULL;
}

static uint8_t *put32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = (uint8_t)(value >> (24 - 8 * i));
  return at + 4;
}

// Completes the chunk of `count` bytes whose length field is at `start`.
static uint8_t *end_chunk(uint8_t *start, const char *type, size_t count) {
  put32(start, (uint32_t)count);
  memcpy(start + 4, type, 4);
  return put32(start + 8 + count, (uint32_t)crc32(0, start + 4, (uInt)(count + 4)));
}

static int assemble(const job *j, const lb_image *image, uint32_t per_meter, lb_bytes *out) {
  size_t packed = 6;  // zlib's header and check
  uLong adler = 1;
  for (int i = 0; i < j->strips; ++i) {
    if (!j->parts[i].fine) return LB_NO_MEMORY;
    packed += j->parts[i].count;
    adler = adler32_combine(adler, j->parts[i].adler, (z_off_t)j->parts[i].raw);
  }
  // A chunk has at most 2^31 - 1 bytes.
  if (packed > 0x7fffffff) return LB_TOO_LARGE;
  uint8_t *bytes = malloc(packed + 128);
  if (!bytes) return LB_NO_MEMORY;
  uint8_t *at = bytes;
  memcpy(at, "\x89PNG\r\n\x1a\n", 8);
  at += 8;
  uint8_t *body = put32(put32(at + 8, (uint32_t)image->width), (uint32_t)image->height);
  memcpy(body, image->channels == 1 ? "\x08\x00\x00\x00\x00" : "\x08\x02\x00\x00\x00", 5);
  at = end_chunk(at, "IHDR", 13);
  if (per_meter) {
    *put32(put32(at + 8, per_meter), per_meter) = 1;
    at = end_chunk(at, "pHYs", 9);
  }
  uint8_t *data = at + 8;
  *data++ = 0x78;
  *data++ = 0x5e;  // the level in zlib's words: fast
  for (int i = 0; i < j->strips; ++i) {
    memcpy(data, j->parts[i].bytes, j->parts[i].count);
    data += j->parts[i].count;
  }
  put32(data, (uint32_t)adler);
  at = end_chunk(at, "IDAT", packed);
  at = end_chunk(at, "IEND", 0);
  *out = (lb_bytes){bytes, (size_t)(at - bytes)};
  return LB_OK;
}

int lb_png_encode_figure(const lb_image *image, uint32_t per_meter, int threads, lb_bytes *out) {
  *out = (lb_bytes){NULL, 0};
  job j = {.samples = image->samples,
           .row = (size_t)image->width * (size_t)image->channels,
           .height = image->height};
  j.rows_per_strip = (int)(STRIP_BYTES / (j.row + 1)) + 1;
  j.strips = (j.height + j.rows_per_strip - 1) / j.rows_per_strip;
  j.parts = calloc((size_t)j.strips, sizeof *j.parts);
  if (!j.parts) return LB_NO_MEMORY;
  enum { MOST = 16 };
  pthread_t helpers[MOST];
  int started = 0;
  const int wanted = (threads < j.strips ? threads : j.strips) - 1;
  while (started < wanted && started < MOST &&
         pthread_create(&helpers[started], NULL, work, &j) == 0)
    ++started;
  work(&j);
  for (int i = 0; i < started; ++i) pthread_join(helpers[i], NULL);
  const int code = assemble(&j, image, per_meter, out);
  for (int i = 0; i < j.strips; ++i) free(j.parts[i].bytes);
  free(j.parts);
  return code;
}
