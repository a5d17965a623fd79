// Reads and writes DICOM files with DCMTK. No function throws or aborts.
//
// A file is an opaque handle that must not be used by two threads at the same time; different
// handles are independent. Functions return a `lb_dcm_status` unless stated otherwise.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  LB_DCM_OK = 0,
  LB_DCM_UNREADABLE = 1,
  LB_DCM_EMPTY_FILE = 2,
  LB_DCM_NOT_DICOM = 3,
  LB_DCM_TRUNCATED = 4,
  LB_DCM_TRUNCATED_PIXEL_DATA = 5,
  LB_DCM_NO_PIXEL_DATA = 6,
  LB_DCM_EMPTY_PIXEL_DATA = 7,
  LB_DCM_MISSING_ATTRIBUTE = 8,
  LB_DCM_INVALID_ATTRIBUTE = 9,
  LB_DCM_UNSUPPORTED_TRANSFER_SYNTAX = 10,
  LB_DCM_UNSUPPORTED_PIXEL_DATA = 11,
  LB_DCM_CORRUPT_PIXEL_DATA = 12,
  LB_DCM_UNWRITABLE = 13,
  LB_DCM_ABSENT = 14,
  LB_DCM_EXCESSIVE = 15,
} lb_dcm_status;

// A message; never contains a value from the file.
typedef struct {
  char text[200];
} lb_dcm_reason;

typedef struct lb_dcm_file lb_dcm_file;

// A step of a path into sequences: the tag (group << 16 | element) and the index of an item.
typedef struct {
  uint32_t tag;
  uint32_t item;
} lb_dcm_step;

// ---- Opening

// Opens a file and reads its data set; large values stay in the file until they are accessed. With
// `header_only`, reading stops before the pixel data.
lb_dcm_status lb_dcm_open_path(
    const char *path, int header_only, lb_dcm_file **file, lb_dcm_reason *reason);

// Opens a file in memory; the bytes are copied.
lb_dcm_status lb_dcm_open_bytes(
    const uint8_t *bytes, size_t count, int header_only, lb_dcm_file **file,
    lb_dcm_reason *reason);

void lb_dcm_close(lb_dcm_file *file);

// How a file differs from the standard's form; each field is 0 or 1.
typedef struct {
  int lacks_preamble;     // no "DICM" at byte 128
  int lacks_syntax;       // the file meta information has no transfer syntax
  int is_written_otherwise; // the byte order or explicitness is not that of the transfer syntax
  int is_explicit;        // value representations are written
  int has_bytes_behind;   // bytes that are no data elements follow the pixels
} lb_dcm_facts;

lb_dcm_facts lb_dcm_facts_of(const lb_dcm_file *file);

// The UID of the declared transfer syntax (in a file without a preamble, the detected one); empty if the file
// meta information has none. Valid as long as the handle.
const char *lb_dcm_transfer_syntax(const lb_dcm_file *file);

// The standard's name of a transfer syntax or SOP class; the UID itself if it is unknown.
void lb_dcm_uid_name(const char *uid, lb_dcm_reason *name);

// ---- Attributes

// The tag of a keyword of the data dictionary; 0 if it is unknown (no element has tag 0).
uint32_t lb_dcm_tag_of_keyword(const char *keyword);

// The keyword of a tag; empty if it is not in the dictionary.
void lb_dcm_keyword_of_tag(uint32_t tag, lb_dcm_reason *keyword);

// The value of an element as UTF-8 text, several values joined by backslashes; numbers in decimal.
// The caller frees `*text` (NULL for an element without text, such as a sequence or bulk data).
// LB_DCM_ABSENT if the element or a step of the path is missing. `vr` has 3 bytes or is NULL.
lb_dcm_status lb_dcm_text(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, char **text,
    char *vr);

// The number of items of a sequence; 0 if it is missing or not a sequence.
size_t lb_dcm_item_count(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag);

// The tags of the top-level elements up to the pixels, ascending; the caller frees `*tags`.
lb_dcm_status lb_dcm_tags(lb_dcm_file *file, uint32_t **tags, size_t *count);

// The bytes of an element in little endian order; the caller frees `*bytes`. LB_DCM_ABSENT if it is
// missing or longer than `limit`.
lb_dcm_status lb_dcm_bytes(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, size_t limit,
    uint8_t **bytes, size_t *count, char *vr);

// ---- Pixel data

typedef struct {
  uint32_t tag;            // 7FE00010, 7FE00008 (float), 7FE00009 (double); 0 if missing
  int is_encapsulated;     // compressed, in fragments
  uint64_t byte_count;     // of the value, or of all fragments
  uint32_t fragment_count; // excluding the offset table
} lb_dcm_pixel_data;

lb_dcm_status lb_dcm_pixel_data_info(lb_dcm_file *file, lb_dcm_pixel_data *info);

// Copies bytes of native (uncompressed) pixel data, samples in little endian order.
lb_dcm_status lb_dcm_native_pixels(
    lb_dcm_file *file, uint64_t offset, size_t count, int bits_allocated, uint8_t *pixels,
    lb_dcm_reason *reason);

typedef struct {
  int rows, columns, samples, bits_allocated, bits_stored, is_signed, frame_count;
} lb_dcm_layout;

typedef struct {
  int bytes_per_sample; // 1, 2 or 4, in the output
  int precision;        // bits per sample in a JPEG 2000 code stream; 0 if unknown
  int is_signed;        // whether a JPEG 2000 code stream is signed; -1 if unknown
  int color;            // the colors in a JPEG stream: LB_DCM_RGB, LB_DCM_YBR; 0 if unknown
} lb_dcm_decoded;

enum { LB_DCM_RGB = 1, LB_DCM_YBR = 2 };

// Decodes one frame of encapsulated pixel data: samples interleaved, little endian, each in
// `bytes_per_sample` bytes. `capacity` is at least rows * columns * samples * 4 rounded up to even.
lb_dcm_status lb_dcm_decode_frame(
    lb_dcm_file *file, const lb_dcm_layout *layout, int frame, uint8_t *pixels, size_t capacity,
    lb_dcm_decoded *decoded, lb_dcm_reason *reason);

// 1 if frames in this transfer syntax are uncompressed or can be decoded.
int lb_dcm_is_supported_syntax(const char *uid);

// ---- Writing

typedef struct {
  const char *const *keywords; // attributes, `count` of them
  const char *const *values;
  size_t count;
  int rows, columns, bits_allocated, bits_stored, is_signed;
  const uint8_t *pixels; // rows * columns samples of bits_allocated / 8 bytes, little endian
  int jpeg_quality;      // 1...100: JPEG Baseline (8 bit only); 0: explicit VR little endian
} lb_dcm_image;

// Encodes a grayscale image as a file in memory; the caller frees `*bytes`.
lb_dcm_status lb_dcm_encode(
    const lb_dcm_image *image, uint8_t **bytes, size_t *count, lb_dcm_reason *reason);

#ifdef __cplusplus
}
#endif
