#include "structure.hpp"

#include <algorithm>
#include <cstring>

namespace lightbox {

namespace {

const uint32_t kUndefined = 0xffffffff;
const uint32_t kItem = 0xfffee000, kItemEnd = 0xfffee00d, kSequenceEnd = 0xfffee0dd;
// Elements, items and fragments of a file. DCMTK uses some 300 bytes for each.
const uint64_t kObjectLimit = 2000000;
// Steps through DCMTK's lists: it searches backwards for the place of an element out of order, and
// through all private creators for each private element.
const uint64_t kStepLimit = 50000000;
const size_t kDepthLimit = 256;

bool is_pixel_tag(uint32_t tag) {
  return tag == 0x7fe00008 || tag == 0x7fe00009 || tag == 0x7fe00010;
}

uint32_t number(const uint8_t *b, int width, bool is_big) {
  uint32_t value = 0;
  for (int i = 0; i < width; ++i) value |= (uint32_t)b[i] << 8 * (is_big ? width - 1 - i : i);
  return value;
}

bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }

bool is_known_vr(const uint8_t *b) {
  if (!is_upper(b[0]) || !is_upper(b[1])) return false;
  const char name[3] = {(char)b[0], (char)b[1], 0};
  return DcmVR(name).isStandard();
}

struct Header {
  uint32_t tag = 0, length = 0;
  uint8_t vr[3] = {};
  uint32_t size = 8;
};

// The header of the element at `at`; false if the bytes end.
bool read_header(Window &window, uint64_t at, uint64_t end, Encoding encoding, Header *header) {
  if (end - at < 8) return false;
  const uint8_t *b = window.peek(at, 8);
  if (b == nullptr) return false;
  bool is_big = encoding.is_big;
  header->tag = number(b, 2, is_big) << 16 | number(b + 2, 2, is_big);
  header->size = 8;
  header->vr[0] = header->vr[1] = 0;
  if (!encoding.is_explicit || header->tag >> 16 == 0xfffe) {
    header->length = number(b + 4, 4, is_big);
    return true;
  }
  header->vr[0] = b[4];
  header->vr[1] = b[5];
  const char name[3] = {(char)b[4], (char)b[5], 0};
  // As DCMTK: unknown pairs of capitals are assumed to have a long length.
  if (!DcmVR(name).usesExtendedLengthEncoding()) {
    header->length = number(b + 6, 2, is_big);
    return true;
  }
  if (end - at < 12) return false;
  b = window.peek(at, 12);
  if (b == nullptr) return false;
  header->length = number(b + 8, 4, is_big);
  header->size = 12;
  return true;
}

// A data set, an item or a sequence that is being walked through.
struct Level {
  uint64_t end;
  bool is_sequence, is_defined;
  Encoding encoding;
  uint32_t last_tag = 0;
  uint64_t count = 0, creators = 0;
};

class Walk {
public:
  Walk(Window &window, uint64_t start, Encoding encoding, bool header_only)
      : window_(window), at_(start), is_header_only_(header_only) {
    found_.encoding = encoding;
    found_.set_start = start;
    found_.set_end = window.size();
    levels_.push_back({window.size(), false, true, encoding});
  }

  Structure run() {
    while (step()) {
    }
    return std::move(found_);
  }

private:
  bool fail(Structure::Fault fault, const char *detail) {
    found_.fault = fault;
    found_.detail = detail;
    if (found_.pixel_tag == 0) found_.set_end = at_;
    return false;
  }

  bool ends_in_set() {
    return fail(Structure::Fault::ends_in_set, "the file ends inside the data set");
  }

  // Leaves a value of known length whose content is no sequence after all: DCMTK decides about it.
  bool invalid(const char *detail) {
    while (levels_.size() > 1) {
      Level level = levels_.back();
      levels_.pop_back();
      if (level.is_sequence && level.is_defined) {
        at_ = level.end;
        return true;
      }
    }
    return fail(Structure::Fault::invalid_set, detail);
  }

  bool count(Level &level, uint32_t tag) {
    if (++objects_ > kObjectLimit)
      return fail(Structure::Fault::excessive, "there are more than 2,000,000 elements and items");
    if (level.is_sequence) return true;
    if (tag <= level.last_tag) steps_ += level.count;
    level.last_tag = std::max(level.last_tag, tag);
    ++level.count;
    if (tag >> 16 & 1) {
      if ((tag & 0xffff) < 0x100) ++level.creators;
      steps_ += level.creators;
    }
    if (steps_ <= kStepLimit) return true;
    return fail(
        Structure::Fault::excessive, "too many elements are out of order or have private creators");
  }

  bool step() {
    Level &level = levels_.back();
    bool is_top = levels_.size() == 1;
    if (at_ >= level.end) {
      if (is_top) return false;
      if (!level.is_defined)
        return at_ < window_.size() ? invalid("a sequence or item has no end") : ends_in_set();
      levels_.pop_back();
      return true;
    }
    Header header;
    if (!read_header(window_, at_, level.end, level.encoding, &header)) {
      if (!is_top && level.is_defined) return invalid("an element ends behind its sequence");
      return is_top && is_filler() ? fill() : ends_in_set();
    }
    if (is_top && header.tag == 0 && is_filler()) return fill();
    if (level.is_sequence) return step_item(level, header);
    if (header.tag == kItemEnd && !is_top) {
      at_ += header.size;
      levels_.pop_back();
      return true;
    }
    if (!count(level, header.tag)) return false;
    if (is_top && header.tag == 0x00280010) has_rows_ = true;
    if (is_top && is_pixel_tag(header.tag)) return pixels(header);
    return element(level, header);
  }

  bool step_item(Level &level, const Header &header) {
    if (header.tag == kSequenceEnd) {
      at_ += header.size;
      if (level.is_defined) at_ = level.end;
      levels_.pop_back();
      return true;
    }
    if (header.tag != kItem) return invalid("a sequence has no item where one is expected");
    if (!count(level, header.tag)) return false;
    at_ += header.size;
    bool is_defined = header.length != kUndefined;
    uint64_t end = is_defined ? at_ + header.length : level.end;
    if (end > level.end) {
      if (level.is_defined) return invalid("an item ends behind its sequence");
      return ends_in_set();
    }
    return enter({end, false, is_defined, level.encoding});
  }

  bool element(Level &level, const Header &header) {
    uint64_t value = at_ + header.size;
    Encoding inner = level.encoding;
    // Unknown values of undefined length are implicit little endian (PS3.5 6.2.2).
    if (header.vr[0] == 'U' && header.vr[1] == 'N') inner = Encoding{false, false};
    if (header.length == kUndefined) {
      at_ = value;
      return enter({level.end, true, false, inner});
    }
    uint64_t end = value + header.length;
    if (end > level.end) {
      if (levels_.size() > 1 && level.is_defined)
        return invalid("an element ends behind its sequence");
      return ends_in_set();
    }
    at_ = end;
    if (header.length >= 8) {
      const uint8_t *b = window_.peek(value, 4);
      if (b == nullptr) return ends_in_set();
      uint32_t first =
          number(b, 2, inner.is_big) << 16 | number(b + 2, 2, inner.is_big);
      if (first == kItem) {
        at_ = value;
        return enter({end, true, true, inner});
      }
    }
    return true;
  }

  bool enter(const Level &level) {
    levels_.push_back(level);
    if (levels_.size() <= kDepthLimit) return true;
    return fail(Structure::Fault::excessive, "sequences are nested more than 128 levels deep");
  }

  bool fill() {
    found_.set_end = at_;
    found_.has_bytes_behind = true;
    return false;
  }

  // Up to 4 KiB of zeros or line ends behind a data set that is no image: of an image the pixels are
  // missing.
  bool is_filler() {
    uint64_t left = window_.size() - at_;
    if (left > 4096 || has_rows_ || levels_[0].count == 0) return false;
    for (uint64_t i = 0; i < left; ++i) {
      const uint8_t *b = window_.peek(at_ + i, 1);
      if (b == nullptr || (*b != 0 && *b != '\r' && *b != '\n')) return false;
    }
    return true;
  }

  bool pixels(const Header &header) {
    found_.set_end = at_;
    found_.pixel_tag = header.tag;
    found_.pixel_vr[0] = (char)header.vr[0];
    found_.pixel_vr[1] = (char)header.vr[1];
    found_.pixel_offset = at_ + header.size;
    found_.is_encapsulated = header.length == kUndefined;
    if (!found_.is_encapsulated) {
      found_.pixel_length = header.length;
      at_ = found_.pixel_offset + header.length;
      if (is_header_only_) return false;
      if (at_ > window_.size())
        return fail(Structure::Fault::ends_in_pixels, "the file ends inside the pixel data");
      return behind();
    }
    if (is_header_only_) return false;
    at_ = found_.pixel_offset;
    for (;;) {
      Header item;
      if (!read_header(window_, at_, window_.size(), levels_[0].encoding, &item))
        return fail(Structure::Fault::ends_in_pixels, "the file ends inside the pixel data");
      at_ += item.size;
      if (item.tag == kSequenceEnd) break;
      if (item.tag != kItem || item.length == kUndefined)
        return fail(
            Structure::Fault::invalid_pixels, "the structure of the pixel data is invalid");
      if (++objects_ > kObjectLimit)
        return fail(Structure::Fault::excessive, "there are more than 2,000,000 fragments");
      if (item.length > window_.size() - at_)
        return fail(Structure::Fault::ends_in_pixels, "the file ends inside the pixel data");
      if (!found_.fragments.empty()) found_.fragment_bytes += item.length;
      found_.fragments.push_back({at_, item.length});
      at_ += item.length;
    }
    return behind();
  }

  // Elements may follow the pixels: signatures and padding. Whatever else follows does not belong to
  // the data set.
  bool behind() {
    uint32_t last = found_.pixel_tag;
    while (at_ < window_.size()) {
      Header header;
      bool is_element =
          read_header(window_, at_, window_.size(), levels_[0].encoding, &header) &&
          header.tag > last && header.length <= window_.size() - at_ - header.size &&
          (!levels_[0].encoding.is_explicit || is_known_vr(header.vr));
      if (!is_element) {
        found_.has_bytes_behind = true;
        break;
      }
      last = header.tag;
      at_ += header.size + header.length;
    }
    return false;
  }

  Window &window_;
  uint64_t at_;
  bool is_header_only_, has_rows_ = false;
  uint64_t objects_ = 0, steps_ = 0;
  std::vector<Level> levels_;
  Structure found_;
};

} // namespace

E_TransferSyntax Encoding::syntax() const {
  if (is_explicit) return is_big ? EXS_BigEndianExplicit : EXS_LittleEndianExplicit;
  return is_big ? EXS_BigEndianImplicit : EXS_LittleEndianImplicit;
}

MetaHeader find_meta_header(Window &window, uint64_t start) {
  MetaHeader found;
  found.start = found.end = start;
  Encoding encoding = find_encoding(window, start, Encoding());
  for (int count = 0; count < 1000; ++count) {
    Header header;
    if (!read_header(window, found.end, window.size(), encoding, &header) ||
        header.tag >> 16 != 2 || header.length > window.size() - found.end - header.size)
      break;
    if (header.tag == 0x00020010 && header.length <= 64) {
      const uint8_t *b = window.peek(found.end + header.size, header.length);
      if (b != nullptr) found.transfer_syntax.assign((const char *)b, header.length);
    }
    found.end += header.size + header.length;
  }
  std::string &uid = found.transfer_syntax;
  while (!uid.empty() && (uid.back() == ' ' || uid.back() == 0)) uid.pop_back();
  return found;
}

Encoding find_encoding(Window &window, uint64_t start, Encoding stated) {
  const uint8_t *b = window.peek(start, 8);
  if (b == nullptr) return stated;
  uint32_t little = number(b, 2, false), big = number(b, 2, true);
  // The first group of a data set is a small number.
  bool is_big = stated.is_big;
  if (is_big ? big > 0xff && little <= 0xff : little > 0xff && big <= 0xff) is_big = !is_big;
  return Encoding{is_known_vr(b + 4), is_big};
}

Structure find_structure(Window &window, uint64_t start, Encoding encoding, bool header_only) {
  return Walk(window, start, encoding, header_only).run();
}

} // namespace lightbox
