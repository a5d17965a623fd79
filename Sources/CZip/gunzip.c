#include "CZip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct lb_gunzip {
  z_stream stream;
  int is_between;  // a member has ended
};

lb_gunzip *lb_gunzip_create(void) {
  lb_gunzip *state = calloc(1, sizeof *state);
  if (!state) return NULL;
  // 16: gzip only.
  if (inflateInit2(&state->stream, 15 + 16) != Z_OK) {
    free(state);
    return NULL;
  }
  return state;
}

void lb_gunzip_free(lb_gunzip *state) {
  if (!state) return;
  inflateEnd(&state->stream);
  free(state);
}

int lb_gunzip_run(lb_gunzip *state, const uint8_t *in, size_t in_count, size_t *used, uint8_t *out,
                  size_t out_count, size_t *made) {
  *used = *made = 0;
  if (state->is_between) {
    if (in_count == 0) return LB_GUNZIP_ENDED;
    // Zeros may follow the last member; anything else is another one.
    while (*used < in_count && in[*used] == 0) ++*used;
    if (*used == in_count) return LB_GUNZIP_ENDED;
    if (inflateReset(&state->stream) != Z_OK) return LB_GUNZIP_CORRUPT;
    state->is_between = 0;
  }
  size_t limit = (size_t)1 << 30;
  size_t given = in_count - *used < limit ? in_count - *used : limit;
  state->stream.next_in = (Bytef *)(uintptr_t)(in + *used);
  state->stream.avail_in = (uInt)given;
  state->stream.next_out = out;
  state->stream.avail_out = (uInt)(out_count < limit ? out_count : limit);
  uInt room = state->stream.avail_out;
  int code = inflate(&state->stream, Z_NO_FLUSH);
  *used += given - state->stream.avail_in;
  *made = room - state->stream.avail_out;
  if (code == Z_STREAM_END) {
    state->is_between = 1;
    return LB_GUNZIP_OK;
  }
  return code == Z_OK || code == Z_BUF_ERROR ? LB_GUNZIP_OK : LB_GUNZIP_CORRUPT;
}

int lb_gunzip_is_complete(const lb_gunzip *state) { return state->is_between; }
