#include "fragments.hpp"

namespace lightbox {

bool join(
    const Bytes &bytes, const std::vector<Fragment> &fragments, uint32_t first, uint32_t last,
    std::vector<uint8_t> *joined) {
  size_t sum = 0, at = 0;
  for (uint32_t i = first; i < last; ++i) sum += fragments[i].length;
  joined->resize(sum);
  for (uint32_t i = first; i < last; ++i) {
    size_t length = fragments[i].length;
    if (bytes.read(fragments[i].offset, joined->data() + at, length) < length) return false;
    at += length;
  }
  return true;
}

namespace {

uint32_t little(const uint8_t *b) {
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

// The first fragment of each frame by the basic offset table; empty if it is missing or invalid.
std::vector<uint32_t> starts_by_table(
    const Bytes &bytes, const std::vector<Fragment> &fragments, int frame_count) {
  if (fragments[0].length < (size_t)frame_count * 4) return {};
  std::vector<uint8_t> table;
  if (!join(bytes, fragments, 0, 1, &table)) return {};
  std::vector<uint32_t> starts;
  uint64_t at = 0;
  uint32_t item = 1;
  for (int frame = 0; frame < frame_count; ++frame) {
    uint32_t wanted = little(table.data() + (size_t)frame * 4);
    while (at < wanted && item < fragments.size()) {
      at += (uint64_t)fragments[item].length + 8;
      ++item;
    }
    if (at != wanted || item >= fragments.size()) return {};
    if (!starts.empty() && starts.back() >= item) return {};
    starts.push_back(item);
  }
  return starts;
}

// The first fragment of each frame by the start markers of JPEG, JPEG-LS and JPEG 2000.
std::vector<uint32_t> starts_by_markers(
    const Bytes &bytes, const std::vector<Fragment> &fragments) {
  std::vector<uint32_t> starts;
  for (uint32_t i = 1; i < fragments.size(); ++i) {
    uint8_t head[4] = {};
    if (fragments[i].length < 4) continue;
    if (bytes.read(fragments[i].offset, head, 4) < 4) return {};
    bool is_jpeg = head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff;
    bool is_jpeg2000 = head[0] == 0xff && head[1] == 0x4f && head[2] == 0xff && head[3] == 0x51;
    if (is_jpeg || is_jpeg2000) starts.push_back(i);
  }
  return starts;
}

} // namespace

bool fragments_of_frame(
    lb_dcm_file *file, const Bytes &bytes, int frame, int frame_count, uint32_t *first,
    uint32_t *last) {
  const std::vector<Fragment> &fragments = file->open->structure.fragments;
  if (fragments.size() < 2 || frame < 0 || frame >= frame_count) return false;
  uint32_t count = (uint32_t)fragments.size() - 1;
  if (frame_count == 1 || count == (uint32_t)frame_count) {
    *first = (uint32_t)frame + 1;
    *last = frame_count == 1 ? count + 1 : *first + 1;
    return true;
  }
  if (count < (uint32_t)frame_count) return false;
  if (file->frame_starts.size() != (size_t)frame_count)
    file->frame_starts = starts_by_table(bytes, fragments, frame_count);
  if (file->frame_starts.size() != (size_t)frame_count)
    file->frame_starts = starts_by_markers(bytes, fragments);
  if (file->frame_starts.size() != (size_t)frame_count) return false;
  *first = file->frame_starts[(size_t)frame];
  *last = frame + 1 < frame_count ? file->frame_starts[(size_t)frame + 1] : count + 1;
  return true;
}

} // namespace lightbox
