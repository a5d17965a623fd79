// The structure of a file: where its data set and its pixels are, found without reading values.
#pragma once

#include "bytes.hpp"
#include "internal.hpp"

namespace lightbox {

// How a data set is written.
struct Encoding {
  bool is_explicit = true, is_big = false;

  bool operator==(const Encoding &o) const {
    return is_explicit == o.is_explicit && is_big == o.is_big;
  }
  E_TransferSyntax syntax() const;
};

struct Fragment {
  uint64_t offset;
  uint32_t length;
};

struct Structure {
  enum class Fault { none, ends_in_set, ends_in_pixels, invalid_set, invalid_pixels, excessive };

  Encoding encoding;
  // The data set up to its pixels: what DCMTK parses.
  uint64_t set_start = 0, set_end = 0;
  // The first of the elements with pixels; 0 if there is none.
  uint32_t pixel_tag = 0;
  char pixel_vr[3] = {};
  uint64_t pixel_offset = 0, pixel_length = 0;
  bool is_encapsulated = false;
  // The fragments, the offset table first, and the number of their bytes without the table.
  std::vector<Fragment> fragments;
  uint64_t fragment_bytes = 0;
  // Whether bytes that are no data elements follow the pixels.
  bool has_bytes_behind = false;

  Fault fault = Fault::none;
  const char *detail = "";
};

// The elements of the file meta information.
struct MetaHeader {
  uint64_t start = 0, end = 0;
  std::string transfer_syntax;
};

MetaHeader find_meta_header(Window &window, uint64_t start);

// The encoding that the first element of a data set shows; `stated` if it fits.
Encoding find_encoding(Window &window, uint64_t start, Encoding stated);

// Walks through the elements from `start`. Its time is linear in the number of elements, which is
// limited, as is the work that they cause in DCMTK.
Structure find_structure(Window &window, uint64_t start, Encoding encoding, bool header_only);

} // namespace lightbox
