// Shared declarations of this target.
#pragma once

#include "include/CDCMTK.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace lightbox {
struct Open;
}

struct lb_dcm_file {
  DcmFileFormat format;
  std::string transfer_syntax;
  bool lacks_preamble = false;
  bool is_header_only = false;
  // Where the pixels are; the data set holds the elements before them.
  std::unique_ptr<lightbox::Open> open;
  // The index of the first fragment of each frame, computed lazily.
  std::vector<uint32_t> frame_starts;
  // The elements of the data set by tag, computed lazily.
  std::unordered_map<uint32_t, DcmElement *> index;

  lb_dcm_file();
  ~lb_dcm_file();
};

namespace lightbox {

// Loads the dictionary, registers the codecs and disables logging, once per process.
void prepare();

void set_reason(lb_dcm_reason *reason, const char *text);

DcmElement *find(lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag);

// Converts text from the file's character set to UTF-8; returns it unchanged if that fails.
std::string to_utf8(lb_dcm_file *file, const std::string &text);

inline DcmTagKey key(uint32_t tag) { return DcmTagKey(tag >> 16, tag & 0xffff); }

// Calls `body` and converts exceptions to a status.
template <typename Body>
lb_dcm_status guarded(lb_dcm_reason *reason, lb_dcm_status failure, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    set_reason(reason, "not enough memory");
  } catch (const std::exception &e) {
    set_reason(reason, e.what());
  } catch (...) {
    set_reason(reason, "unknown exception in DCMTK");
  }
  return failure;
}

} // namespace lightbox

extern "C" {
// JPEG by libjpeg-turbo (jpeg.c). Both return 0, or 1 for an error.
int lb_jpeg_decode_samples(
    const uint8_t *data, size_t count, int rows, int columns, int samples, uint8_t *pixels,
    char *reason, size_t reason_size);
int lb_jpeg_encode_gray(
    const uint8_t *pixels, int rows, int columns, int quality, uint8_t **data, size_t *count);
// JPEG 2000 by OpenJPEG (jpeg2000.c): interleaved int32 samples.
int lb_jpeg2000_decode(
    const uint8_t *data, size_t count, int rows, int columns, int samples, int32_t *pixels,
    int *precision, int *is_signed, char *reason, size_t reason_size);
}
