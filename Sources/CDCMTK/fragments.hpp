// Fragments of encapsulated pixel data.
#pragma once

#include "open.hpp"

namespace lightbox {

// The fragments [first, last) of `frame`, counted from 1: 0 is the offset table. False if they cannot
// be determined.
bool fragments_of_frame(
    lb_dcm_file *file, const Bytes &bytes, int frame, int frame_count, uint32_t *first,
    uint32_t *last);

// Concatenates the fragments [first, last); false if they cannot be read.
bool join(
    const Bytes &bytes, const std::vector<Fragment> &fragments, uint32_t first, uint32_t last,
    std::vector<uint8_t> *joined);

} // namespace lightbox
