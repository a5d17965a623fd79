#include "codecs.hpp"

namespace lightbox {

bool find_frame_header(const std::vector<uint8_t> &stream, FrameHeader *header) {
  size_t n = stream.size(), at = 0;
  const uint8_t *b = stream.data();
  if (n < 4 || b[0] != 0xff || b[1] != 0xd8) return false;
  at = 2;
  while (at + 4 <= n) {
    if (b[at] != 0xff) return false;
    int marker = b[at + 1];
    if (marker == 0xff) {
      ++at;
      continue;
    }
    if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (marker == 0xd9 || marker == 0xda) return false;
    size_t length = (size_t)b[at + 2] << 8 | b[at + 3];
    bool is_frame = (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
                        marker != 0xcc) || marker == 0xf7;
    if (is_frame) {
      if (length < 8 || at + 10 > n) return false;
      header->marker = marker;
      header->precision = b[at + 4];
      header->rows = b[at + 5] << 8 | b[at + 6];
      header->columns = b[at + 7] << 8 | b[at + 8];
      header->samples = b[at + 9];
      return true;
    }
    if (length < 2) return false;
    at += 2 + length;
  }
  return false;
}

} // namespace lightbox
