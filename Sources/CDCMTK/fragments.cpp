#include "fragments.hpp"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

namespace lightbox {

uint32_t Fragments::count() const {
  unsigned long items = sequence == nullptr ? 0 : sequence->card();
  return items > 0 ? (uint32_t)(items - 1) : 0;
}

uint64_t Fragments::byte_count() const {
  uint64_t sum = 0;
  for (uint32_t i = 1; i <= count(); ++i) {
    DcmPixelItem *item = nullptr;
    if (sequence->getItem(item, i).good() && item != nullptr) sum += item->getLength();
  }
  return sum;
}

Fragments fragments_of(lb_dcm_file *file) {
  Fragments found;
  DcmElement *element = find(file, nullptr, 0, 0x7fe00010);
  found.element = dynamic_cast<DcmPixelData *>(element);
  if (found.element == nullptr) return found;
  const DcmRepresentationParameter *parameter = nullptr;
  found.element->getOriginalRepresentationKey(found.syntax, parameter);
  if (!DcmXfer(found.syntax).isEncapsulated()) return found;
  DcmPixelSequence *sequence = nullptr;
  if (found.element->getEncapsulatedRepresentation(found.syntax, parameter, sequence).good())
    found.sequence = sequence;
  return found;
}

bool join(const Fragments &fragments, uint32_t first, uint32_t last, std::vector<uint8_t> *bytes) {
  size_t sum = 0;
  for (int pass = 0; pass < 2; ++pass) {
    if (pass == 1) bytes->resize(sum);
    size_t at = 0;
    for (uint32_t i = first; i < last; ++i) {
      DcmPixelItem *item = nullptr;
      if (fragments.sequence->getItem(item, i).bad() || item == nullptr) return false;
      size_t length = item->getLength();
      if (pass == 0) {
        sum += length;
      } else if (length > 0) {
        if (item->getPartialValue(bytes->data() + at, 0, (Uint32)length, nullptr,
                EBO_LittleEndian).bad())
          return false;
        at += length;
      }
    }
  }
  return true;
}

namespace {

uint32_t little(const uint8_t *b) {
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

// The first fragment of each frame by the basic offset table; empty if it is missing or invalid.
std::vector<uint32_t> starts_by_table(const Fragments &fragments, int frame_count) {
  std::vector<uint8_t> table;
  if (!join(fragments, 0, 1, &table) || table.size() < (size_t)frame_count * 4) return {};
  std::vector<uint32_t> starts;
  uint64_t at = 0;
  uint32_t item = 1;
  for (int frame = 0; frame < frame_count; ++frame) {
    uint32_t wanted = little(table.data() + (size_t)frame * 4);
    while (at < wanted && item <= fragments.count()) {
      DcmPixelItem *pixels = nullptr;
      if (fragments.sequence->getItem(pixels, item).bad() || pixels == nullptr) return {};
      at += pixels->getLength() + 8;
      ++item;
    }
    if (at != wanted || item > fragments.count()) return {};
    if (!starts.empty() && starts.back() >= item) return {};
    starts.push_back(item);
  }
  return starts;
}

// The first fragment of each frame by the start markers of JPEG, JPEG-LS and JPEG 2000.
std::vector<uint32_t> starts_by_markers(const Fragments &fragments) {
  std::vector<uint32_t> starts;
  for (uint32_t i = 1; i <= fragments.count(); ++i) {
    DcmPixelItem *item = nullptr;
    uint8_t head[4] = {};
    if (fragments.sequence->getItem(item, i).bad() || item == nullptr) return {};
    if (item->getLength() < 4) continue;
    if (item->getPartialValue(head, 0, 4, nullptr, EBO_LittleEndian).bad()) return {};
    bool is_jpeg = head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff;
    bool is_jpeg2000 = head[0] == 0xff && head[1] == 0x4f && head[2] == 0xff && head[3] == 0x51;
    if (is_jpeg || is_jpeg2000) starts.push_back(i);
  }
  return starts;
}

} // namespace

bool fragments_of_frame(
    lb_dcm_file *file, const Fragments &fragments, int frame, int frame_count, uint32_t *first,
    uint32_t *last) {
  uint32_t count = fragments.count();
  if (count == 0 || frame < 0 || frame >= frame_count) return false;
  if (frame_count == 1 || count == (uint32_t)frame_count) {
    *first = (uint32_t)frame + 1;
    *last = frame_count == 1 ? count + 1 : *first + 1;
    return true;
  }
  if (count < (uint32_t)frame_count) return false;
  if (file->frame_starts.size() != (size_t)frame_count)
    file->frame_starts = starts_by_table(fragments, frame_count);
  if (file->frame_starts.size() != (size_t)frame_count)
    file->frame_starts = starts_by_markers(fragments);
  if (file->frame_starts.size() != (size_t)frame_count) return false;
  *first = file->frame_starts[(size_t)frame];
  *last = frame + 1 < frame_count ? file->frame_starts[(size_t)frame + 1] : count + 1;
  return true;
}

} // namespace lightbox
