// Decoders of a frame.
#pragma once

#include "internal.hpp"

namespace lightbox {

// The fields of a JPEG or JPEG-LS frame header, and what else its markers state.
struct FrameHeader {
  int marker = 0, precision = 0, rows = 0, columns = 0, samples = 0;
  // The colors that the markers state; 0 if they state none.
  int color = 0;
  // The number of 8 x 8 blocks, with all components, and that of blocks in all scans: the work of
  // decoding. A lossless frame has samples instead.
  uint64_t units = 0, scanned_units = 0;
};

// Parses the markers of a stream; false if there is no frame header before the first scan.
bool read_frame_header(const std::vector<uint8_t> &stream, FrameHeader *header);

// Whether decoding is in proportion to the bytes; false with a reason.
bool is_proportionate(
    const FrameHeader &header, size_t byte_count, lb_dcm_reason *reason);

// Whether a JPEG 2000 or JPEG-LS frame of so many bytes may have so many samples; false with a
// reason. These compress a uniform image without a limit, so few bytes may hold a large image; more
// samples need more bytes.
bool is_plausible(uint64_t sample_count, size_t byte_count, lb_dcm_reason *reason);

// Whether a JPEG 2000 stream states this image and does not ask for more memory than the image does;
// false with a reason. `from` is where the code stream starts, behind the boxes of a JP2 file.
bool check_jpeg2000(
    const std::vector<uint8_t> &stream, const lb_dcm_layout &layout, size_t *from,
    lb_dcm_reason *reason);

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
