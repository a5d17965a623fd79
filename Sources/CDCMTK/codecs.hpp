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

// Decodes lossless, 12-bit and JPEG-LS streams with DCMTK, in a temporary data set that describes
// the code stream; the data set of the file is not modified.
lb_dcm_status decode_by_dcmtk(
    std::vector<uint8_t> stream, const FrameHeader &header, E_TransferSyntax syntax,
    uint8_t *pixels, size_t capacity, lb_dcm_decoded *decoded, lb_dcm_reason *reason);

// Decodes DICOM RLE (PS3.5 annex G) to interleaved little endian samples; false with a reason if
// samples are missing.
bool decode_rle(
    const std::vector<uint8_t> &stream, const lb_dcm_layout &layout, uint8_t *pixels,
    lb_dcm_reason *reason);

} // namespace lightbox
