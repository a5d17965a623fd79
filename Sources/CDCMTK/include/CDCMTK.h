// DICOM in and out over DCMTK, behind functions that neither throw nor abort.
//
// A file is an opaque handle. One handle must not be used by two threads at the same time; different
// handles may. Every function returns one of `lb_dcm_status`, unless said otherwise.
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
} lb_dcm_status;

// Room for a reason in words; never holds a value from the file.
typedef struct {
  char text[200];
} lb_dcm_reason;

typedef struct lb_dcm_file lb_dcm_file;

// A step into a sequence: the sequence's tag (group << 16 | element) and the index of an item.
typedef struct {
  uint32_t tag;
  uint32_t item;
} lb_dcm_step;

// ---- Opening

// Reads the data set of a file; large values stay in the file until asked for. With `header_only`,
// reading stops in front of the pixel data.
lb_dcm_status lb_dcm_open_path(
    const char *path, int header_only, lb_dcm_file **file, lb_dcm_reason *reason);

// The same from memory; the bytes are not needed any more when the call returns.
lb_dcm_status lb_dcm_open_bytes(
    const uint8_t *bytes, size_t count, int header_only, lb_dcm_file **file,
    lb_dcm_reason *reason);

void lb_dcm_close(lb_dcm_file *file);

// 1 if the file has no preamble and «DICM».
int lb_dcm_is_headless(const lb_dcm_file *file);

// The declared transfer syntax (or, in a headless file, the one found by looking); empty if the
// file meta information has none. Valid as long as the handle.
const char *lb_dcm_transfer_syntax(const lb_dcm_file *file);

// The standard's name of a transfer syntax, or of a storage class; the UID itself if unknown.
void lb_dcm_uid_name(const char *uid, lb_dcm_reason *name);

// ---- Attributes

// The tag of a keyword of the data dictionary; 0 if there is none (no element has tag 0).
uint32_t lb_dcm_tag_of_keyword(const char *keyword);

// The keyword of a tag; empty if the dictionary does not have it.
void lb_dcm_keyword_of_tag(uint32_t tag, lb_dcm_reason *keyword);

// The value of an element as UTF-8 text, several values joined by backslashes; numbers in decimal.
// `*text` is malloc'd (NULL for an element without text, such as a sequence or bulk data).
// LB_DCM_ABSENT if the element (or a step on the way) is not there. `vr` has room for 3 bytes.
lb_dcm_status lb_dcm_text(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, char **text,
    char *vr);

// Items of a sequence; 0 if it is absent or no sequence.
size_t lb_dcm_item_count(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag);

// Number of elements of the data set (top level), and the tag of one of them by its index.
size_t lb_dcm_element_count(lb_dcm_file *file);
uint32_t lb_dcm_element_tag(lb_dcm_file *file, size_t index);

// The bytes of an element in little endian order, malloc'd.
lb_dcm_status lb_dcm_bytes(
    lb_dcm_file *file, const lb_dcm_step *steps, size_t step_count, uint32_t tag, uint8_t **bytes,
    size_t *count, char *vr);

// ---- Pixel data

typedef struct {
  uint32_t tag;            // 7FE00010, 7FE00008 (float), 7FE00009 (double); 0 if there are none
  int is_encapsulated;     // compressed, in fragments
  uint64_t byte_count;     // of the value, or of all fragments together
  uint32_t fragment_count; // without the offset table
} lb_dcm_pixel_data;

lb_dcm_status lb_dcm_pixel_data_info(lb_dcm_file *file, lb_dcm_pixel_data *info);

// Bytes of native (uncompressed) pixel data, samples in little endian order.
lb_dcm_status lb_dcm_native_pixels(
    lb_dcm_file *file, uint64_t offset, size_t count, int bits_allocated, uint8_t *pixels,
    lb_dcm_reason *reason);

typedef struct {
  int rows, columns, samples, bits_allocated, bits_stored, is_signed, frame_count;
} lb_dcm_layout;

typedef struct {
  int bytes_per_sample; // 1, 2 or 4: how the samples lie in the buffer
  int precision;        // bits that a JPEG 2000 code stream gives; 0 if not known
  int is_signed;        // whether a JPEG 2000 code stream is signed; -1 if not known
} lb_dcm_decoded;

// Decodes one frame of encapsulated pixel data: samples interleaved, little endian, each in
// `bytes_per_sample` bytes. `capacity` is at least rows * columns * samples * 4 rounded up to even.
lb_dcm_status lb_dcm_decode_frame(
    lb_dcm_file *file, const lb_dcm_layout *layout, int frame, uint8_t *pixels, size_t capacity,
    lb_dcm_decoded *decoded, lb_dcm_reason *reason);

// 1 if frames in this transfer syntax can be decoded or need no decoding.
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

// Writes a gray-scale file at `path` (over what is there).
lb_dcm_status lb_dcm_write(const char *path, const lb_dcm_image *image, lb_dcm_reason *reason);

#ifdef __cplusplus
}
#endif
