// Decoders of a frame.
#pragma once

#include "internal.hpp"

namespace lightbox {

// The fields of a JPEG or JPEG-LS frame header.
struct FrameHeader {
  int marker = 0, precision = 0, rows = 0, columns = 0, samples = 0;
};

// Parses the frame header; false if there is none before the first scan.
bool find_frame_header(const std::vector<uint8_t> &stream, FrameHeader *header);

// Decodes DICOM RLE (PS3.5 annex G) to interleaved little endian samples; false with a reason if
// samples are missing.
bool decode_rle(
    const std::vector<uint8_t> &stream, const lb_dcm_layout &layout, uint8_t *pixels,
    lb_dcm_reason *reason);

} // namespace lightbox
