#include "internal.hpp"

#include <dcmtk/dcmdata/dcspchrs.h>

#include <cstdlib>
#include <cstring>

namespace lightbox {

DcmElement *find(lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag) {
  DcmItem *item = file->format.getDataset();
  if (tag >> 16 == 2 && step_count == 0) item = file->format.getMetaInfo();
  for (size_t i = 0; i < step_count; ++i) {
    DcmItem *next = nullptr;
    if (item->findAndGetSequenceItem(key(steps[i].tag), next, (long)steps[i].item).bad() ||
        next == nullptr)
      return nullptr;
    item = next;
  }
  DcmElement *element = nullptr;
  if (item->findAndGetElement(key(tag), element).bad()) return nullptr;
  return element;
}

} // namespace lightbox

namespace {

using namespace lightbox;

char *copy(const std::string &text) {
  char *bytes = (char *)std::malloc(text.size() + 1);
  if (bytes == nullptr) throw std::bad_alloc();
  std::memcpy(bytes, text.c_str(), text.size() + 1);
  return bytes;
}

bool depends_on_character_set(DcmEVR vr) {
  switch (vr) {
  case EVR_PN: case EVR_LO: case EVR_SH: case EVR_LT: case EVR_ST: case EVR_UC: case EVR_UT:
    return true;
  default:
    return false;
  }
}

bool is_bulk(DcmEVR vr) {
  switch (vr) {
  case EVR_OB: case EVR_OW: case EVR_OF: case EVR_OD: case EVR_OL: case EVR_OV: case EVR_UN:
  case EVR_ox: case EVR_px: case EVR_SQ: case EVR_pixelSQ: case EVR_PixelData: case EVR_UNKNOWN:
  case EVR_UNKNOWN2B:
    return true;
  default:
    return false;
  }
}

void put_vr(char *to, DcmElement *element) {
  if (to == nullptr) return;
  const char *name = DcmVR(element->getVR()).getValidVRName();
  to[0] = name[0];
  to[1] = name[0] ? name[1] : 0;
  to[2] = 0;
}

// Text in the file's own character set to UTF-8; as it stands if that fails.
std::string to_utf8(lb_dcm_file *file, const std::string &text) {
  bool is_plain = true;
  for (unsigned char c : text)
    if (c >= 0x80 || c == 0x1b) is_plain = false;
  if (is_plain) return text;
  OFString sets;
  if (file->format.getDataset()->findAndGetOFStringArray(DCM_SpecificCharacterSet, sets).bad())
    return text;
  DcmSpecificCharacterSet converter;
  if (converter.selectCharacterSet(sets, "ISO_IR 192").bad()) return text;
  OFString converted;
  if (converter.convertString(text, converted, "\\^=").bad()) return text;
  return converted;
}

const Uint32 kLongestText = 1 << 20;

} // namespace

extern "C" {

uint32_t lb_dcm_tag_of_keyword(const char *keyword) {
  try {
    prepare();
    DcmTag tag;
    if (DcmTag::findTagFromName(keyword, tag).bad()) return 0;
    return (uint32_t)tag.getGroup() << 16 | tag.getElement();
  } catch (...) {
    return 0;
  }
}

void lb_dcm_keyword_of_tag(uint32_t tag, lb_dcm_reason *keyword) {
  say(keyword, "");
  guarded(keyword, LB_DCM_OK, [&] {
    prepare();
    const DcmDataDictionary &dictionary = dcmDataDict.rdlock();
    const DcmDictEntry *entry = dictionary.findEntry(key(tag), nullptr);
    if (entry != nullptr) say(keyword, entry->getTagName());
    dcmDataDict.rdunlock();
    return LB_DCM_OK;
  });
}

lb_dcm_status lb_dcm_text(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, char **text,
    char *vr) {
  *text = nullptr;
  if (vr != nullptr) vr[0] = 0;
  return guarded(nullptr, LB_DCM_ABSENT, [&] {
    DcmElement *element = find(file, steps, step_count, tag);
    if (element == nullptr) return LB_DCM_ABSENT;
    put_vr(vr, element);
    DcmEVR kind = element->ident();
    if (is_bulk(kind) || is_bulk(element->getVR()) || element->getLength() > kLongestText)
      return LB_DCM_OK;
    OFString value;
    if (element->getLength() > 0 && element->getOFStringArray(value).bad()) return LB_DCM_OK;
    std::string out = value;
    if (depends_on_character_set(element->getVR())) out = to_utf8(file, out);
    while (!out.empty() && (out.back() == ' ' || out.back() == 0)) out.pop_back();
    *text = copy(out);
    return LB_DCM_OK;
  });
}

size_t lb_dcm_item_count(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag) {
  try {
    DcmElement *element = find(file, steps, step_count, tag);
    auto *sequence = dynamic_cast<DcmSequenceOfItems *>(element);
    return sequence == nullptr ? 0 : sequence->card();
  } catch (...) {
    return 0;
  }
}

size_t lb_dcm_element_count(lb_dcm_file *file) {
  try {
    return file->format.getDataset()->card();
  } catch (...) {
    return 0;
  }
}

uint32_t lb_dcm_element_tag(lb_dcm_file *file, size_t index) {
  try {
    DcmElement *element = file->format.getDataset()->getElement(index);
    if (element == nullptr) return 0;
    return (uint32_t)element->getGTag() << 16 | element->getETag();
  } catch (...) {
    return 0;
  }
}

lb_dcm_status lb_dcm_bytes(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, uint8_t **bytes,
    size_t *count, char *vr) {
  *bytes = nullptr;
  *count = 0;
  if (vr != nullptr) vr[0] = 0;
  return guarded(nullptr, LB_DCM_ABSENT, [&] {
    DcmElement *element = find(file, steps, step_count, tag);
    if (element == nullptr || element->ident() == EVR_SQ) return LB_DCM_ABSENT;
    put_vr(vr, element);
    Uint32 length = element->getLength();
    if (length == 0 || length == DCM_UndefinedLength) return LB_DCM_OK;
    uint8_t *room = (uint8_t *)std::malloc(length);
    if (room == nullptr) return LB_DCM_ABSENT;
    if (element->getPartialValue(room, 0, length, nullptr, EBO_LittleEndian).bad()) {
      std::free(room);
      return LB_DCM_ABSENT;
    }
    *bytes = room;
    *count = length;
    return LB_DCM_OK;
  });
}

} // extern "C"
