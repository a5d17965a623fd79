#include "codecs.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace lightbox {

namespace {

// Block visits of all scans of a stream. A progressive image of 30 megapixels with the usual ten
// scans has 10 million.
const uint64_t kScannedUnitLimit = (uint64_t)1 << 25;

bool is_frame_marker(int marker) {
  return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
             marker != 0xcc) || marker == 0xf7;
}

bool is_lossless(int marker) {
  return marker == 0xc3 || marker == 0xc7 || marker == 0xcb || marker == 0xcf || marker == 0xf7;
}

struct Component {
  int id = 0;
  uint64_t units = 0;
};

std::vector<Component> components(const uint8_t *b, size_t length, const FrameHeader &header) {
  std::vector<Component> found;
  int across = 1, down = 1;
  for (size_t at = 8; at + 3 <= length && found.size() < (size_t)header.samples; at += 3) {
    across = std::max(across, b[at + 1] >> 4);
    down = std::max(down, b[at + 1] & 15);
    found.push_back({b[at], 0});
  }
  uint64_t side = is_lossless(header.marker) ? 1 : 8;
  for (size_t i = 0; i < found.size(); ++i) {
    uint64_t h = std::max(1, b[8 + 3 * i + 1] >> 4), v = std::max(1, b[8 + 3 * i + 1] & 15);
    uint64_t columns = ((uint64_t)header.columns * h + across - 1) / across;
    uint64_t rows = ((uint64_t)header.rows * v + down - 1) / down;
    found[i].units = ((columns + side - 1) / side) * ((rows + side - 1) / side);
  }
  return found;
}

// As libjpeg decides, but for component identifiers 1 to 3 without a marker: many DICOM writers use
// them for RGB.
int color_of(bool has_jfif, int adobe_transform, const std::vector<Component> &parts) {
  if (parts.size() != 3) return 0;
  if (has_jfif) return LB_DCM_YBR;
  if (adobe_transform >= 0) return adobe_transform == 0 ? LB_DCM_RGB : LB_DCM_YBR;
  bool is_rgb = parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B';
  return is_rgb ? LB_DCM_RGB : 0;
}

} // namespace

bool read_frame_header(const std::vector<uint8_t> &stream, FrameHeader *header) {
  size_t n = stream.size(), at = 2;
  const uint8_t *b = stream.data();
  if (n < 4 || b[0] != 0xff || b[1] != 0xd8) return false;
  bool has_jfif = false;
  int adobe_transform = -1;
  std::vector<Component> parts;
  while (at + 4 <= n) {
    // Entropy-coded data and stray bytes are skipped, as by libjpeg.
    if (b[at] != 0xff) {
      if (parts.empty()) return false;
      const void *next = std::memchr(b + at, 0xff, n - at);
      if (next == nullptr) break;
      at = (size_t)((const uint8_t *)next - b);
      continue;
    }
    int marker = b[at + 1];
    if (marker == 0xff) {
      ++at;
      continue;
    }
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    // In a JPEG-LS scan a byte below 0x80 follows 0xff.
    if (header->marker == 0xf7 && marker < 0x80) {
      at += 2;
      continue;
    }
    if (marker == 0xd9) break;
    size_t length = (size_t)b[at + 2] << 8 | b[at + 3];
    if (length < 2) {
      if (parts.empty()) return false;
      at += 2;
      continue;
    }
    const uint8_t *segment = b + at + 2;
    size_t left = std::min(length, n - at - 2);
    if (is_frame_marker(marker) && parts.empty()) {
      if (left < 8 || length > n - at - 2) return false;
      header->marker = marker;
      header->precision = segment[2];
      header->rows = segment[3] << 8 | segment[4];
      header->columns = segment[5] << 8 | segment[6];
      header->samples = segment[7];
      parts = components(segment, left, *header);
      if (parts.empty()) return false;
      for (const Component &part : parts) header->units += part.units;
    } else if (marker == 0xda) {
      if (parts.empty()) return false;
      for (size_t i = 0; left > 3 && i < segment[2] && 3 + 2 * i < left; ++i)
        for (const Component &part : parts)
          if (part.id == segment[3 + 2 * i]) header->scanned_units += part.units;
    } else if (marker == 0xe0 && left >= 7 && std::memcmp(segment + 2, "JFIF", 5) == 0) {
      has_jfif = true;
    } else if (marker == 0xee && left >= 14 && std::memcmp(segment + 2, "Adobe", 5) == 0) {
      adobe_transform = segment[13];
    }
    at += 2 + length;
  }
  // The conversion loses bits, so lossless streams have the colors of the header.
  if (!is_lossless(header->marker)) header->color = color_of(has_jfif, adobe_transform, parts);
  return !parts.empty();
}

bool is_proportionate(
    const FrameHeader &header, size_t byte_count, lb_dcm_reason *reason) {
  bool is_arithmetic = header.marker >= 0xc9 && header.marker <= 0xcf;
  // With Huffman codes a block or a lossless sample has at least one bit.
  if (!is_arithmetic && header.marker != 0xf7 && header.units > 8 * (uint64_t)byte_count) {
    set_reason(reason, "the JPEG stream states more pixels than its bytes can contain");
    return false;
  }
  uint64_t limit = is_lossless(header.marker) ? kScannedUnitLimit * 4 : kScannedUnitLimit;
  if (header.scanned_units > limit && header.scanned_units > header.units) {
    set_reason(reason, "the JPEG stream has too many scans for its size");
    return false;
  }
  return true;
}

bool is_plausible(uint64_t sample_count, size_t byte_count, lb_dcm_reason *reason) {
  if (sample_count <= ((uint64_t)1 << 25) + 100 * (uint64_t)byte_count) return true;
  char text[160];
  std::snprintf(
      text, sizeof text, "%zu bytes are too few for %llu samples", byte_count,
      (unsigned long long)sample_count);
  set_reason(reason, text);
  return false;
}

} // namespace lightbox
