#include "inflate.hpp"

#include <zlib.h>

#include <algorithm>

namespace lightbox {

namespace {

Inflation inflate_as(
    const Bytes &source, uint64_t start, int window_bits, std::vector<uint8_t> *out) {
  z_stream stream = {};
  if (inflateInit2(&stream, window_bits) != Z_OK) throw std::bad_alloc();
  std::vector<uint8_t> in(64 * 1024), piece(256 * 1024);
  uint64_t at = start;
  Inflation result = Inflation::truncated;
  try {
    for (int code = Z_OK; code != Z_STREAM_END;) {
      if (stream.avail_in == 0) {
        stream.next_in = in.data();
        stream.avail_in = (uInt)source.read(at, in.data(), in.size());
        at += stream.avail_in;
        if (stream.avail_in == 0) break;
      }
      stream.next_out = piece.data();
      stream.avail_out = (uInt)piece.size();
      code = inflate(&stream, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        result = Inflation::invalid;
        break;
      }
      size_t got = piece.size() - stream.avail_out;
      if (out->size() + got > kInflatedLimit) {
        result = Inflation::excessive;
        break;
      }
      // Vectors double: an exact growth near the limit saves memory.
      if (out->size() + got > out->capacity())
        out->reserve(std::min(kInflatedLimit, (out->size() + got) * 3 / 2 + 65536));
      out->insert(out->end(), piece.data(), piece.data() + got);
      if (code == Z_STREAM_END) result = Inflation::done;
    }
  } catch (...) {
    inflateEnd(&stream);
    throw;
  }
  inflateEnd(&stream);
  return result;
}

} // namespace

Inflation inflate_from(const Bytes &source, uint64_t start, std::vector<uint8_t> *out) {
  Inflation result = inflate_as(source, start, -15, out);
  if (result != Inflation::invalid || !out->empty()) return result;
  // Some writers keep zlib's header.
  return inflate_as(source, start, 15, out);
}

} // namespace lightbox
