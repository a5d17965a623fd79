#include "codecs.hpp"

#include <cstring>

namespace lightbox {

namespace {

uint32_t little(const uint8_t *b) {
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

// Decodes a segment (PackBits) to every `step`th byte; false if it is truncated.
bool unpack(const uint8_t *in, const uint8_t *end, uint8_t *out, size_t count, size_t step) {
  size_t done = 0;
  while (done < count) {
    if (in >= end) return false;
    int code = (int8_t)*in++;
    if (code == -128) continue;
    if (code >= 0) {
      size_t n = (size_t)code + 1;
      if ((size_t)(end - in) < n) n = (size_t)(end - in);
      if (n == 0) return false;
      for (size_t i = 0; i < n && done < count; ++i) out[done++ * step] = in[i];
      in += n;
    } else {
      if (in >= end) return false;
      uint8_t value = *in++;
      size_t n = (size_t)(1 - code);
      for (size_t i = 0; i < n && done < count; ++i) out[done++ * step] = value;
    }
  }
  return true;
}

} // namespace

bool decode_rle(
    const std::vector<uint8_t> &stream, const lb_dcm_layout &layout, uint8_t *pixels,
    lb_dcm_reason *reason) {
  size_t bytes = layout.bits_allocated == 1 ? 1 : (size_t)layout.bits_allocated / 8;
  size_t samples = (size_t)layout.samples, segments = samples * bytes;
  if (stream.size() < 64 || little(stream.data()) != segments || segments > 15) {
    set_reason(reason, "the RLE header does not match the samples per pixel and bits allocated");
    return false;
  }
  size_t pixel_count = (size_t)layout.rows * (size_t)layout.columns;
  size_t packed = layout.bits_allocated == 1 ? (pixel_count + 7) / 8 : pixel_count;
  for (size_t s = 0; s < segments; ++s) {
    size_t from = little(stream.data() + 4 + 4 * s);
    size_t to = s + 1 < segments ? little(stream.data() + 8 + 4 * s) : stream.size();
    if (from < 64 || from > to || to > stream.size()) {
      set_reason(reason, "an RLE segment is outside of the fragment");
      return false;
    }
    // Segments are ordered by sample, most significant byte first.
    size_t place = s / bytes * bytes + (bytes - 1 - s % bytes);
    if (!unpack(stream.data() + from, stream.data() + to, pixels + place, packed,
            samples * bytes)) {
      set_reason(reason, "an RLE segment ends before the last pixel");
      return false;
    }
  }
  if (layout.bits_allocated == 1) {
    // In place: from the end, so that no byte is overwritten before it is read.
    for (size_t i = pixel_count; i-- > 0;) pixels[i] = pixels[i / 8] >> (i % 8) & 1;
  }
  return true;
}

} // namespace lightbox
