// What a JPEG 2000 stream asks for, before it is decoded (ITU-T T.800 annex A).

#include "codecs.hpp"

#include <algorithm>
#include <cstring>

namespace lightbox {

namespace {

// OpenJPEG uses some 600 bytes for each code block and each precinct, and 10 KiB for each tile.
const uint64_t kBlockLimit = (uint64_t)1 << 18;
const uint64_t kTileLimit = (uint64_t)1 << 14;

uint32_t big(const uint8_t *b, int width) {
  uint32_t value = 0;
  for (int i = 0; i < width; ++i) value = value << 8 | b[i];
  return value;
}

uint64_t pieces(uint64_t length, unsigned exponent) {
  return (length + ((uint64_t)1 << exponent) - 1) >> exponent;
}

class Check {
public:
  Check(const std::vector<uint8_t> &stream, const lb_dcm_layout &layout)
      : bytes_(stream), layout_(layout) {}

  const char *fault(size_t *from) {
    *from = code_stream();
    size_t n = bytes_.size(), at = *from + 2;
    const uint8_t *b = bytes_.data();
    if (*from + 4 > n || big(b + *from, 2) != 0xff4f) return "the JPEG 2000 header is invalid";
    while (at + 4 <= n) {
      uint32_t marker = big(b + at, 2), length = big(b + at + 2, 2);
      if (marker == 0xffd9) break;
      if (length < 2 || at + 2 + length > n) break;
      const uint8_t *segment = b + at + 4;
      const char *found = nullptr;
      if (marker == 0xff51) found = size(segment, length - 2);
      if (marker == 0xff52) found = style(segment, length - 2, true);
      if (marker == 0xff53) found = style(segment, length - 2, false);
      if (found != nullptr) return found;
      if (marker == 0xff90) {
        if (length < 10) break;
        uint32_t part = big(segment + 2, 4);
        tile_part_end_ = part == 0 ? n : std::min<uint64_t>(n, (uint64_t)at + part);
      }
      at += 2 + (size_t)length;
      // The data of a tile part is skipped.
      if (at + 2 <= n && big(b + at, 2) == 0xff93) {
        if (tile_part_end_ < at + 2) break;
        at = (size_t)tile_part_end_;
      }
    }
    return tiles_ == 0 ? "the JPEG 2000 header is invalid" : nullptr;
  }

private:
  // A code stream can be wrapped in the boxes of a JP2 file.
  size_t code_stream() const {
    const uint8_t *b = bytes_.data();
    size_t n = bytes_.size(), at = 0;
    if (n < 12 || std::memcmp(b + 4, "jP  ", 4) != 0) return 0;
    while (n - at >= 8) {
      uint64_t length = big(b + at, 4);
      size_t header = 8;
      if (length == 1 && n - at >= 16) {
        length = (uint64_t)big(b + at + 8, 4) << 32 | big(b + at + 12, 4);
        header = 16;
      }
      if (std::memcmp(b + at + 4, "jp2c", 4) == 0) return at + header;
      if (length < header || length > n - at) break;
      at += (size_t)length;
    }
    return 0;
  }

  const char *size(const uint8_t *b, size_t count) {
    if (tiles_ != 0 || count < 36) return "the JPEG 2000 header is invalid";
    uint64_t width = big(b + 2, 4), height = big(b + 6, 4), x = big(b + 10, 4),
             y = big(b + 14, 4), tile_width = big(b + 18, 4), tile_height = big(b + 22, 4),
             tile_x = big(b + 26, 4), tile_y = big(b + 30, 4);
    uint32_t components = big(b + 34, 2);
    const char *other = "the JPEG 2000 stream and the header state different sizes";
    if (width < x || height < y || width - x != (uint64_t)layout_.columns ||
        height - y != (uint64_t)layout_.rows || components != (uint32_t)layout_.samples)
      return other;
    if (count < 36 + 3 * (size_t)components) return "the JPEG 2000 header is invalid";
    for (uint32_t i = 0; i < components; ++i) {
      const uint8_t *part = b + 36 + 3 * i;
      if (part[1] != 1 || part[2] != 1) return other;
      if ((part[0] & 0x7f) >= 31) return "the JPEG 2000 stream has more than 31 bits";
    }
    if (tile_width == 0 || tile_height == 0 || tile_x > x || tile_y > y ||
        width > 0x7fffffff || height > 0x7fffffff)
      return "the JPEG 2000 header is invalid";
    tile_width_ = std::min(tile_width, width - x);
    tile_height_ = std::min(tile_height, height - y);
    tiles_ = ((width - tile_x + tile_width - 1) / tile_width) *
        ((height - tile_y + tile_height - 1) / tile_height);
    // Each tile has at least the markers of a tile part.
    if (tiles_ > kTileLimit || tiles_ * 14 > bytes_.size())
      return "the JPEG 2000 stream states more tiles than its bytes can contain";
    return nullptr;
  }

  // A coding style: of all components (COD) or of one (COC).
  const char *style(const uint8_t *b, size_t count, bool is_default) {
    const char *invalid = "the JPEG 2000 header is invalid";
    if (tiles_ == 0) return invalid;
    if (is_default && count < 10) return invalid;
    if (!is_default && count < 7) return invalid;
    bool has_precincts = is_default ? b[0] & 1 : b[1] & 1;
    if (is_default) layers_ = std::max<uint64_t>(1, big(b + 2, 2));
    const uint8_t *s = b + (is_default ? 5 : 2);
    size_t left = count - (is_default ? 5 : 2);
    unsigned levels = s[0], across = (s[1] & 15) + 2u, down = (s[2] & 15) + 2u;
    if (levels > 32 || across > 10 || down > 10 || across + down > 12) return invalid;
    if (has_precincts && left < 5 + (size_t)levels + 1) return invalid;
    uint64_t packets = 0, blocks = 0;
    for (unsigned r = 0; r <= levels; ++r) {
      unsigned shift = levels - r;
      uint64_t w = pieces(tile_width_, shift) + 1, h = pieces(tile_height_, shift) + 1;
      unsigned precinct_w = has_precincts ? s[5 + r] & 15u : 15u;
      unsigned precinct_h = has_precincts ? s[5 + r] >> 4 : 15u;
      uint64_t precincts = (pieces(w, precinct_w)) * (pieces(h, precinct_h));
      packets += precincts;
      // Code blocks are cut at the precincts of a subband.
      unsigned half = r == 0 ? 0 : 1;
      unsigned block_w = std::min(across, precinct_w > half ? precinct_w - half : 0u);
      unsigned block_h = std::min(down, precinct_h > half ? precinct_h - half : 0u);
      blocks += (r == 0 ? 1 : 3) * pieces(pieces(w, half), block_w) *
          pieces(pieces(h, half), block_h);
    }
    uint64_t parts = (uint64_t)layout_.samples * tiles_;
    // Each packet has at least one byte, and large images of small blocks have many bytes.
    uint64_t allowed = bytes_.size() + kBlockLimit / 16;
    if (packets * parts > allowed || packets * parts * layers_ > 16 * allowed)
      return "the JPEG 2000 stream states more packets than its bytes can contain";
    if (blocks * parts > kBlockLimit + bytes_.size() / 4)
      return "the JPEG 2000 stream states more code blocks than its bytes can contain";
    return nullptr;
  }

  const std::vector<uint8_t> &bytes_;
  const lb_dcm_layout &layout_;
  uint64_t tiles_ = 0, tile_width_ = 0, tile_height_ = 0, layers_ = 1, tile_part_end_ = 0;
};

} // namespace

bool check_jpeg2000(
    const std::vector<uint8_t> &stream, const lb_dcm_layout &layout, size_t *from,
    lb_dcm_reason *reason) {
  const char *fault = Check(stream, layout).fault(from);
  if (fault != nullptr) set_reason(reason, fault);
  return fault == nullptr;
}

} // namespace lightbox
