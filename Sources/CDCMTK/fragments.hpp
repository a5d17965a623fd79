// The fragments of encapsulated pixel data, frame by frame.
#pragma once

#include "internal.hpp"

namespace lightbox {

struct Fragments {
  DcmPixelData *element = nullptr;
  DcmPixelSequence *sequence = nullptr;
  E_TransferSyntax syntax = EXS_Unknown;

  // Fragments without the offset table.
  uint32_t count() const;
  uint64_t byte_count() const;
};

// The fragments of the file's pixel data; `sequence` is NULL if they are native.
Fragments fragments_of(lb_dcm_file *file);

// Item indices [first, last) in the sequence that hold `frame`; false if they cannot be told.
bool fragments_of_frame(
    lb_dcm_file *file, const Fragments &fragments, int frame, int frame_count, uint32_t *first,
    uint32_t *last);

// The bytes of items [first, last), joined; false if they cannot be read.
bool join(const Fragments &fragments, uint32_t first, uint32_t last, std::vector<uint8_t> *bytes);

} // namespace lightbox
