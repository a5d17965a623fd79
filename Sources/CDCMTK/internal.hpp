// What the C++ files of this target share.
#pragma once

#include "include/CDCMTK.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <string>
#include <vector>

struct lb_dcm_file {
  DcmFileFormat format;
  std::string transfer_syntax;
  bool is_headless = false;
  bool is_header_only = false;
  // The data set was only read up to its pixel data, because what follows can't be read in a
  // transfer syntax that is not known.
  bool has_unknown_syntax = false;
  // Index of each frame's first fragment, found once.
  std::vector<uint32_t> frame_starts;
};

namespace lightbox {

// Registers the dictionary and the codecs and silences the log, once in a process.
void prepare();

void say(lb_dcm_reason *reason, const char *text);

DcmElement *find(lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag);

// Text in the file's own character set to UTF-8; as it stands if that fails.
std::string to_utf8(lb_dcm_file *file, const std::string &text);

inline DcmTagKey key(uint32_t tag) { return DcmTagKey(tag >> 16, tag & 0xffff); }

// Runs `body` and turns whatever it throws into a status.
template <typename Body>
lb_dcm_status guarded(lb_dcm_reason *reason, lb_dcm_status failure, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    say(reason, "there is not enough memory for it");
  } catch (const std::exception &e) {
    say(reason, e.what());
  } catch (...) {
    say(reason, "the DICOM library gave up");
  }
  return failure;
}

} // namespace lightbox

extern "C" {
// JPEG by libjpeg-turbo (jpeg.c). Both return 0, or 1 with a reason.
int lb_jpeg_decode_samples(
    const uint8_t *data, size_t count, int rows, int columns, int samples, uint8_t *pixels,
    char *reason, size_t reason_size);
int lb_jpeg_encode_gray(
    const uint8_t *pixels, int rows, int columns, int quality, uint8_t **data, size_t *count);
// JPEG 2000 by OpenJPEG (jpeg2000.c): int32 samples, interleaved.
int lb_jpeg2000_decode(
    const uint8_t *data, size_t count, int rows, int columns, int samples, int32_t *pixels,
    int *precision, int *is_signed, char *reason, size_t reason_size);
}
