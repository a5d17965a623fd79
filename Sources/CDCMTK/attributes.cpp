#include "open.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace lightbox {

// The elements are a linked list.
static DcmElement *find_at_top(lb_dcm_file *file, uint32_t tag) {
  if (file->index.empty()) {
    DcmObject *object = nullptr;
    DcmDataset *set = file->format.getDataset();
    while ((object = set->nextInContainer(object)) != nullptr) {
      uint32_t own = (uint32_t)object->getGTag() << 16 | object->getETag();
      file->index[own] = static_cast<DcmElement *>(object);
    }
  }
  auto found = file->index.find(tag);
  return found == file->index.end() ? nullptr : found->second;
}

DcmElement *find(lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag) {
  if (step_count == 0 && tag >> 16 != 2) return find_at_top(file, tag);
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

void trim(std::string *text) {
  while (!text->empty() && (text->back() == ' ' || text->back() == 0)) text->pop_back();
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

// The value of an element of unknown representation (UN) by the representation in the dictionary;
// UN is always little endian. False if it is neither text nor a number.
bool known_text(DcmElement *element, DcmEVR *kind, std::string *text) {
  DcmTag tag(element->getTag().getXTag());
  DcmEVR vr = tag.getEVR() == EVR_xs ? EVR_US : tag.getEVR();
  DcmVR known(vr);
  Uint32 length = element->getLength();
  std::vector<uint8_t> bytes(length);
  if (length > 0 &&
      element->getPartialValue(bytes.data(), 0, length, nullptr, EBO_LittleEndian).bad())
    return false;
  *kind = vr;
  if (known.isaString()) {
    text->assign(bytes.begin(), bytes.end());
    return true;
  }
  size_t width = vr == EVR_US || vr == EVR_SS ? 2 : vr == EVR_FD ? 8 : 4;
  if (vr != EVR_US && vr != EVR_SS && vr != EVR_UL && vr != EVR_SL && vr != EVR_FL &&
      vr != EVR_FD)
    return false;
  for (size_t at = 0; at + width <= bytes.size(); at += width) {
    char number[40];
    uint64_t word = 0;
    for (size_t i = 0; i < width; ++i) word |= (uint64_t)bytes[at + i] << (8 * i);
    float single;
    double wide;
    uint32_t low = (uint32_t)word;
    std::memcpy(&single, &low, 4);
    std::memcpy(&wide, &word, 8);
    switch (vr) {
    case EVR_SS: std::snprintf(number, sizeof number, "%d", (int)(int16_t)word); break;
    case EVR_SL: std::snprintf(number, sizeof number, "%d", (int)(int32_t)low); break;
    case EVR_FL: std::snprintf(number, sizeof number, "%.9g", (double)single); break;
    case EVR_FD: std::snprintf(number, sizeof number, "%.17g", wide); break;
    default: std::snprintf(number, sizeof number, "%u", low); break;
    }
    if (at > 0) *text += '\\';
    *text += number;
  }
  return true;
}

// The value of an element as text. DCMTK's own normalization of several values takes quadratic time.
bool value_of(DcmElement *element, std::string *text) {
  if (element->getLength() == 0) return true;
  auto *string = dynamic_cast<DcmByteString *>(element);
  if (string == nullptr) {
    OFString value;
    if (element->getOFStringArray(value).bad()) return false;
    *text = value;
    return true;
  }
  char *bytes = nullptr;
  Uint32 length = 0;
  if (string->getString(bytes, length).bad()) return false;
  if (bytes == nullptr) return true;
  DcmEVR vr = element->getVR();
  bool is_prose = vr == EVR_LT || vr == EVR_ST || vr == EVR_UT || vr == EVR_UR;
  auto is_padding = [](char c) { return c == ' ' || c == 0; };
  for (Uint32 at = 0; at < length;) {
    Uint32 end = at;
    while (end < length && (is_prose || bytes[end] != '\\')) ++end;
    Uint32 from = at, to = end;
    while (!is_prose && from < to && is_padding(bytes[from])) ++from;
    while (to > from && is_padding(bytes[to - 1])) --to;
    text->append(bytes + from, to - from);
    if (end < length) *text += '\\';
    at = end + 1;
  }
  return true;
}

// Longer text is not returned.
const Uint32 kLongestText = 4 << 20;

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
  set_reason(keyword, "");
  guarded(keyword, LB_DCM_OK, [&] {
    prepare();
    const DcmDataDictionary &dictionary = dcmDataDict.rdlock();
    const DcmDictEntry *entry = dictionary.findEntry(key(tag), nullptr);
    if (entry != nullptr) set_reason(keyword, entry->getTagName());
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
    const Structure &structure = file->open->structure;
    if (step_count == 0 && tag != 0 && tag == structure.pixel_tag) {
      if (vr != nullptr) std::memcpy(vr, structure.pixel_vr, 3);
      return LB_DCM_OK;
    }
    DcmElement *element = find(file, steps, step_count, tag);
    if (element == nullptr) return LB_DCM_ABSENT;
    put_vr(vr, element);
    DcmEVR kind = element->ident();
    if (element->getVR() == EVR_UN && kind != EVR_SQ && element->getLength() <= kLongestText) {
      std::string known;
      DcmEVR known_kind = EVR_UN;
      if (!known_text(element, &known_kind, &known)) return LB_DCM_OK;
      const char *name = DcmVR(known_kind).getValidVRName();
      if (vr != nullptr) std::memcpy(vr, name, 3);
      if (depends_on_character_set(known_kind)) known = to_utf8(file, known);
      trim(&known);
      *text = copy(known);
      return LB_DCM_OK;
    }
    if (is_bulk(kind) || is_bulk(element->getVR()) || element->getLength() > kLongestText)
      return LB_DCM_OK;
    std::string out;
    if (!value_of(element, &out)) return LB_DCM_OK;
    if (depends_on_character_set(element->getVR())) out = to_utf8(file, out);
    trim(&out);
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

lb_dcm_status lb_dcm_tags(lb_dcm_file *file, uint32_t **tags, size_t *count) {
  *tags = nullptr;
  *count = 0;
  return guarded(nullptr, LB_DCM_ABSENT, [&] {
    std::vector<uint32_t> found;
    DcmObject *object = nullptr;
    DcmDataset *set = file->format.getDataset();
    while ((object = set->nextInContainer(object)) != nullptr)
      found.push_back((uint32_t)object->getGTag() << 16 | object->getETag());
    uint32_t pixels = file->open->structure.pixel_tag;
    if (pixels != 0) found.push_back(pixels);
    if (found.empty()) return LB_DCM_OK;
    *tags = (uint32_t *)std::malloc(found.size() * sizeof(uint32_t));
    if (*tags == nullptr) throw std::bad_alloc();
    std::memcpy(*tags, found.data(), found.size() * sizeof(uint32_t));
    *count = found.size();
    return LB_DCM_OK;
  });
}

lb_dcm_status lb_dcm_bytes(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, size_t limit,
    uint8_t **bytes, size_t *count, char *vr) {
  *bytes = nullptr;
  *count = 0;
  if (vr != nullptr) vr[0] = 0;
  return guarded(nullptr, LB_DCM_ABSENT, [&] {
    DcmElement *element = find(file, steps, step_count, tag);
    if (element == nullptr || element->ident() == EVR_SQ) return LB_DCM_ABSENT;
    put_vr(vr, element);
    Uint32 length = element->getLength();
    if (length == 0 || length == DCM_UndefinedLength) return LB_DCM_OK;
    if (length > limit) return LB_DCM_ABSENT;
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
