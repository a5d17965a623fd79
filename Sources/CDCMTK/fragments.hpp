// Fragments of encapsulated pixel data.
#pragma once

#include "internal.hpp"

namespace lightbox {

struct Fragments {
  DcmPixelData *element = nullptr;
  DcmPixelSequence *sequence = nullptr;
  E_TransferSyntax syntax = EXS_Unknown;

  // The number of fragments, excluding the offset table.
  uint32_t count() const;
  uint64_t byte_count() const;
};

// The fragments of the pixel data; `sequence` is NULL if it is native.
Fragments fragments_of(lb_dcm_file *file);

// The items [first, last) of the sequence with `frame`; false if they cannot be determined.
bool fragments_of_frame(
    lb_dcm_file *file, const Fragments &fragments, int frame, int frame_count, uint32_t *first,
    uint32_t *last);

// Concatenates the bytes of the items [first, last); false if they cannot be read.
bool join(const Fragments &fragments, uint32_t first, uint32_t last, std::vector<uint8_t> *bytes);

} // namespace lightbox
