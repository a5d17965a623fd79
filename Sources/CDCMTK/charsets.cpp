// Conversion of the character sets of PS3.3 C.12.1.1.2 to UTF-8.

#include "internal.hpp"

#include <dcmtk/dcmdata/dcspchrs.h>

#include <iconv.h>

#include <map>

namespace lightbox {

namespace {

// Converters by encoding: opening one takes longer than converting a few characters.
class Converters {
public:
  ~Converters() {
    for (auto &known : open_) iconv_close(known.second);
  }

  // Converts with iconv; false if a byte is invalid in the encoding.
  bool convert(const std::string &text, const char *encoding, std::string *utf8) {
    auto known = open_.find(encoding);
    if (known == open_.end()) {
      iconv_t opened = iconv_open("UTF-8", encoding);
      if (opened == (iconv_t)-1) return false;
      known = open_.emplace(encoding, opened).first;
    }
    iconv(known->second, nullptr, nullptr, nullptr, nullptr);
    std::string room(text.size() * 4 + 16, 0);
    char *in = const_cast<char *>(text.data()), *out = &room[0];
    size_t in_left = text.size(), out_left = room.size();
    bool done = iconv(known->second, &in, &in_left, &out, &out_left) != (size_t)-1 &&
        iconv(known->second, nullptr, nullptr, &out, &out_left) != (size_t)-1;
    if (done) utf8->assign(room.data(), room.size() - out_left);
    return done;
  }

private:
  std::map<std::string, iconv_t> open_;
};

struct Escape {
  const char *sequence;
  const char *encoding;
  bool is_kept; // the escape sequence is part of the encoding
};

// Encodings by escape sequence. Sets in G1 (Korean, Chinese, katakana) are used together with
// ASCII.
const Escape kEscapes[] = {
    {"\x1b$B", "ISO-2022-JP-2", true},   {"\x1b$@", "ISO-2022-JP-2", true},
    {"\x1b$(D", "ISO-2022-JP-2", true},  {"\x1b$)C", "EUC-KR", false},
    {"\x1b$)A", "GB2312", false},        {"\x1b)I", "SHIFT_JIS", false},
    {"\x1b(J", "SHIFT_JIS", false},      {"\x1b(B", nullptr, false},
    {"\x1b-A", "ISO-8859-1", false},     {"\x1b-B", "ISO-8859-2", false},
    {"\x1b-C", "ISO-8859-3", false},     {"\x1b-D", "ISO-8859-4", false},
    {"\x1b-L", "ISO-8859-5", false},     {"\x1b-G", "ISO-8859-6", false},
    {"\x1b-F", "ISO-8859-7", false},     {"\x1b-H", "ISO-8859-8", false},
    {"\x1b-M", "ISO-8859-9", false},     {"\x1b-T", "TIS-620", false},
};

// Converts text with code extensions, split at the escape sequences. A set in G1 stays active until
// another is designated; ESC ( B changes G0 only.
bool convert_extended(const std::string &text, const char *initial, std::string *utf8) {
  Converters converters;
  const char *g1 = initial, *g0 = nullptr;
  std::string g0_escape;
  size_t at = 0;
  while (at < text.size()) {
    const Escape *escape = nullptr;
    if (text[at] == 0x1b) {
      for (const Escape &known : kEscapes)
        if (text.compare(at, std::string(known.sequence).size(), known.sequence) == 0)
          escape = &known;
      if (escape == nullptr) return false;
      at += std::string(escape->sequence).size();
      bool is_g0 = escape->is_kept || escape->encoding == nullptr;
      if (is_g0) {
        g0 = escape->encoding;
        g0_escape = escape->sequence;
      } else {
        g1 = escape->encoding;
        if (escape->sequence[1] == '(') g0 = nullptr;
      }
    }
    size_t end = text.find('\x1b', at);
    if (end == std::string::npos) end = text.size();
    std::string piece = text.substr(at, end - at), converted;
    at = end;
    if (piece.empty()) continue;
    bool done = g0 != nullptr ? converters.convert(g0_escape + piece + "\x1b(B", g0, &converted)
                              : converters.convert(piece, g1, &converted);
    if (!done) return false;
    *utf8 += converted;
  }
  return true;
}

} // namespace

std::string to_utf8(lb_dcm_file *file, const std::string &text) {
  bool is_plain = true;
  for (unsigned char c : text)
    if (c >= 0x80 || c == 0x1b) is_plain = false;
  if (is_plain) return text;
  OFString sets;
  if (file->format.getDataset()->findAndGetOFStringArray(DCM_SpecificCharacterSet, sets).bad())
    return text;
  // Converters are opened for each of the sets.
  if (sets.size() > 512) return text;
  OFString converted;
  bool is_extended = sets.find("2022") != OFString_npos;
  if (!is_extended) {
    DcmSpecificCharacterSet converter;
    if (converter.selectCharacterSet(sets, "ISO_IR 192").good() &&
        converter.convertString(text, converted, "\\^=").good())
      return converted;
    return text;
  }
  // DCMTK does not convert the East Asian sets with the iconv of the C library.
  struct Initial {
    const char *set, *encoding;
  };
  static const Initial kInitial[] = {
      {"IR 100", "ISO-8859-1"}, {"IR 101", "ISO-8859-2"}, {"IR 109", "ISO-8859-3"},
      {"IR 110", "ISO-8859-4"}, {"IR 144", "ISO-8859-5"}, {"IR 127", "ISO-8859-6"},
      {"IR 126", "ISO-8859-7"}, {"IR 138", "ISO-8859-8"}, {"IR 148", "ISO-8859-9"},
      {"IR 166", "TIS-620"},    {"IR 13", "SHIFT_JIS"},   {"IR 149", "EUC-KR"},
      {"IR 58", "GB2312"}};
  OFString first = sets.substr(0, sets.find('\\'));
  const char *initial = "ASCII";
  for (const Initial &known : kInitial) {
    size_t length = std::string(known.set).size();
    if (first.size() >= length && first.compare(first.size() - length, length, known.set) == 0)
      initial = known.encoding;
  }
  std::string utf8;
  return convert_extended(text, initial, &utf8) ? utf8 : text;
}

} // namespace lightbox
